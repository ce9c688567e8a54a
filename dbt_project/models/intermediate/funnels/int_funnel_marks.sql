{#- A view: what changed is found in it, and the changed are laid on their paths. -#}
{{ config(materialized='view') }}

with

funnel_events as (

    select * from {{ ref('int_funnel_events') }}
    where event_date <= {{ as_of_date() }}

),

sessions as (

    select * from {{ ref('fct_sessions') }}
    where user_id in (select funnel_events.user_id from funnel_events)

),

final as (

    select
        user_id,
        at_micros,
        cast(null as bigint) as ended_micros,
        day_position,
        funnel,
        step,
        window_micros,
        event_date

    from funnel_events

    union all

    -- A session begins before the steps of its first instant.
    select
        user_id,
        {{ epoch_micros('started_at') }} as at_micros,
        {{ epoch_micros('ended_at') }} as ended_micros,
        cast(0 as bigint) as day_position,
        cast(null as {{ dbt.type_string() }}) as funnel,
        cast(null as bigint) as step,
        cast(null as bigint) as window_micros,
        event_date

    from sessions

)

select * from final
