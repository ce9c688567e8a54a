{{ config(meta={'dagster': {'ref': {'name': 'points_months'}}}) }}
-- Of all users: what the newest month has left is what the ledger holds, and what a month has more
-- than the one before is what it issued, less what it redeemed and let expire.
with

ledger as (

    select coalesce(sum(points), 0) as outstanding
    from {{ ref('points_ledger') }}

),

months as (

    select
        *,
        lag(month) over (order by month) as month_before,
        coalesce(lag(outstanding) over (order by month), 0) as outstanding_before

    from {{ ref('points_months') }}
    where outstanding is not null

),

newest as (

    select coalesce(max_by(outstanding, month), 0) as outstanding
    from months

)

select
    cast(null as date) as month,
    ledger.outstanding,
    newest.outstanding as of_months

from ledger
cross join newest
where ledger.outstanding <> newest.outstanding
union all
select
    month,
    outstanding,
    outstanding_before + issued - redeemed - expired as of_months

from months
where
    outstanding <> outstanding_before + issued - redeemed - expired
    and coalesce(month_before = {{ dbt.dateadd('month', -1, 'month') }}, true)
