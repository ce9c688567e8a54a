{{ config(meta={'dagster': {'ref': {'name': 'points_months'}}}) }}
-- Of all users: what the months issued, less what they redeemed and let expire, is what the ledger
-- holds.
with

ledger as (

    select coalesce(sum(points), 0) as outstanding
    from {{ ref('points_ledger') }}

),

months as (

    select coalesce(sum(issued - redeemed - expired), 0) as outstanding
    from {{ ref('points_months') }}

)

select
    ledger.outstanding,
    months.outstanding as of_months

from ledger
cross join months
where ledger.outstanding <> months.outstanding
