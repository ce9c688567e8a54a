{#- A view: read once, by `int_funnel_reached`, and as long as history. -#}
{{ config(materialized='view') }}

with

funnel_events as (

    select * from {{ ref('int_funnel_events') }}
    where event_date <= {{ as_of_date() }}

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
        1 as place,
        funnel,
        step,
        window_micros,
        load_date,
        source_file,
        source_line

    from funnel_events

    union all

    select
        user_id,
        {{ epoch_micros('started_at') }} as at_micros,
        {{ epoch_micros('started_at') }} as session_micros,
        0 as place,
        cast(null as {{ dbt.type_string() }}) as funnel,
        cast(null as bigint) as step,
        cast(null as bigint) as window_micros,
        cast(null as date) as load_date,
        cast(null as {{ dbt.type_string() }}) as source_file,
        cast(null as bigint) as source_line

    from sessions
    where user_id in (select funnel_events.user_id from funnel_events)

),

final as (

    select
        user_id,
        funnel,
        step,
        window_micros,
        at_micros,
        max(session_micros) over (
            partition by user_id
            order by at_micros, place
            rows between unbounded preceding and current row
        ) as session_micros,
        -- The later step first: an event that is two steps of a funnel does not follow itself.
        row_number() over (
            partition by user_id
            order by
                at_micros asc, place asc, load_date asc, source_file asc, source_line asc, step desc
        ) as position_number

    from marked

)

select * from final
where step is not null
