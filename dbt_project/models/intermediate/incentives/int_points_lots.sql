{#- A view: read for the users counted anew. -#}
{{ config(materialized='view') }}

with

earned as (

    -- What had expired before it was earned expires on the day it is earned.
    select
        user_id,
        entry_id,
        lot_id,
        coalesce(points, 0) as points,
        case when expires_on is not null then greatest(expires_on, event_date) end as own_expiry,
        occurred_at,
        event_date

    from {{ ref('int_points_entries') }}
    where
        kind = 'earned'
        and user_id in (select changes.user_id from {{ ref('int_points_changes') }} as changes)
        and event_date <= {{ as_of_date() }}

),

extended as (

    select
        entry_id,
        max(expires_on) as expires_on

    from {{ ref('int_points_extensions') }}
    group by entry_id

),

final as (

    -- Lots are used and expire in the order earned: none before one that was there before it.
    select
        earned.user_id,
        earned.entry_id,
        earned.lot_id,
        earned.points,
        earned.own_expiry,
        max(
            case
                when earned.own_expiry is null then date '9999-12-31'
                else greatest(earned.own_expiry, coalesce(extended.expires_on, earned.own_expiry))
            end
        ) over so_far as expiry,
        sum(earned.points) over so_far as points_so_far,
        earned.occurred_at,
        earned.event_date

    from earned
    left join extended
        on earned.entry_id = extended.entry_id
    window so_far as (
        partition by earned.user_id
        order by earned.occurred_at, earned.entry_id
        rows between unbounded preceding and current row
    )

)

select * from final
