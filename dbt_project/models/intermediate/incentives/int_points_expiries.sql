{#- A view: read for the users counted anew. -#}
{{ config(materialized='view') }}

with

lots as (

    select * from {{ ref('int_points_lots') }}
    where expiry < date '9999-12-31'

),

timeline as (

    -- What is redeemed on the last day of a lot is taken from it.
    select
        user_id,
        cast(null as {{ dbt.type_string() }}) as entry_id,
        cast(null as {{ dbt.type_string() }}) as lot_id,
        points as removed,
        cast(0 as decimal(38, 2)) as points_so_far,
        cast(null as timestamp) as earned_at,
        event_date as at_date,
        0 as place

    from {{ ref('int_points_removals') }}
    where is_counted
    union all
    select
        user_id,
        entry_id,
        lot_id,
        cast(0 as decimal(18, 2)) as removed,
        points_so_far,
        occurred_at as earned_at,
        expiry as at_date,
        1 as place

    from lots

),

removed as (

    select
        *,
        sum(removed) over (
            partition by user_id
            order by at_date, place
            range between unbounded preceding and current row
        ) as removed_by_then

    from timeline

),

expired as (

    -- All that was earned up to the lot and is not redeemed by then has expired: a running maximum.
    select
        *,
        greatest(
            max(points_so_far - removed_by_then) over (
                partition by user_id
                order by earned_at, entry_id
                rows between unbounded preceding and current row
            ),
            0
        ) as expired_so_far

    from removed
    where place = 1

),

final as (

    select
        user_id,
        entry_id,
        lot_id,
        expired_so_far - coalesce(
            lag(expired_so_far) over (partition by user_id order by earned_at, entry_id), 0
        ) as points,
        at_date as expires_on

    from expired

)

select * from final
