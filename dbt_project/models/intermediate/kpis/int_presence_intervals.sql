{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}

),

user_days as (

    select * from {{ ref('fct_user_days') }}
    where
        events > 0
        and {{ is_landed('event_date') }}
        and {{ is_in_reach('event_date', ['active_users', 'sharers', 'feature_users']) }}

),

presences as (

    select
        'active_users' as measure,
        user_id,
        event_date

    from user_days
    union all
    select
        'sharers' as measure,
        user_id,
        event_date

    from user_days
    where shares > 0
    union all
    select
        'feature_users' as measure,
        traits.user_id,
        traits.event_date

    from {{ ref('int_user_day_traits') }} as traits
    inner join user_days
        on
            traits.user_id = user_days.user_id
            and traits.event_date = user_days.event_date
    where traits.features > 0

),

neighbours as (

    select
        measure,
        user_id,
        event_date,
        lag(event_date) over (partition by measure, user_id order by event_date) as previous_date,
        max(event_date) over (partition by measure, user_id) as last_date

    from presences

),

starts as (

    -- Days closer than the window are one stretch.
    select
        neighbours.*,
        terms.window_days

    from neighbours
    inner join terms
        on neighbours.measure = terms.measure
    where
        neighbours.previous_date is null
        or neighbours.event_date - terms.window_days > neighbours.previous_date

),

final as (

    select
        measure,
        window_days,
        user_id,
        event_date as from_date,
        coalesce(
            lead(previous_date) over (
                partition by measure, window_days, user_id order by event_date
            ),
            last_date
        ) + window_days as to_date

    from starts

)

select * from final
