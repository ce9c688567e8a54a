{#- A view: read once, by `int_funnel_users`. -#}
{{ config(materialized='view') }}

with

changes as (

    select * from {{ ref('int_funnel_changes') }}

),

funnel_events as (

    select * from {{ ref('int_funnel_events') }}
    where
        event_date <= {{ as_of_date() }}
        and user_id in (select changes.user_id from changes)

),

sessions as (

    select * from {{ ref('fct_sessions') }}

),

marked as (

    -- A session start is a mark on the user's time line; a step belongs to the last mark before.
    select
        user_id,
        at_micros,
        cast(null as bigint) as session_micros,
        day_position,
        funnel,
        step,
        window_micros

    from funnel_events

    union all

    select
        user_id,
        {{ epoch_micros('started_at') }} as at_micros,
        {{ epoch_micros('started_at') }} as session_micros,
        cast(0 as bigint) as day_position,
        cast(null as {{ dbt.type_string() }}) as funnel,
        cast(null as bigint) as step,
        cast(null as bigint) as window_micros

    from sessions
    where user_id in (select changes.user_id from changes)

),

final as (

    select
        user_id,
        funnel,
        step,
        window_micros,
        at_micros,
        max(session_micros) over time_line as session_micros,
        row_number() over time_line as position_number

    from marked
    window
        time_line as (
            partition by user_id
            order by at_micros, day_position
            rows between unbounded preceding and current row
        )

)

select * from final
where step is not null
