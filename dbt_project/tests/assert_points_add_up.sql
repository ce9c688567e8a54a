{{ config(meta={'dagster': {'ref': {'name': 'points_balances'}}}) }}
-- Of every user: earned = redeemed + expired + outstanding, by the ledger and by the balances; and
-- no more expires of a lot than it held.
with

ledger as (

    select
        user_id,
        sum(points) as outstanding,
        sum(case when kind = 'earned' then points else 0 end) as earned,
        sum(case when kind in ('redeemed', 'expired') then -points else 0 end) as gone

    from {{ ref('points_ledger') }}
    group by user_id

),

balances as (

    select * from {{ ref('points_balances') }}
    where as_of_date = (select max(newest.as_of_date) from {{ ref('points_balances') }} as newest)

),

expiries as (

    select
        user_id,
        replace(entry_id, '/expired', '') as entry_id,
        sum(-points) as points

    from {{ ref('points_ledger') }}
    where entry_id like '%/expired'
    group by 1, 2

),

overdrawn as (

    select expiries.user_id
    from expiries
    left join {{ ref('points_ledger') }} as lots
        on expiries.entry_id = lots.entry_id
    where
        coalesce(expiries.points > lots.points, true)
        or expiries.points <= 0

)

select coalesce(ledger.user_id, balances.user_id) as user_id
from ledger
full outer join balances
    on ledger.user_id = balances.user_id
where
    ledger.outstanding is distinct from balances.outstanding
    or ledger.earned - ledger.gone is distinct from balances.outstanding
    or balances.earned is distinct from balances.redeemed + balances.expired + balances.outstanding
union all
select user_id
from overdrawn
