{#- A view: read once, by `int_act_pairs`. -#}
{{ config(materialized='view') }}

with

roles as (

    select * from {{ ref('int_event_roles') }}

),

parameters as (

    {{ session_gap() }}

),

acts as (

    select
        coalesce(identity_map.user_id, lines.actor_id) as user_id,
        lines.event,
        {{ epoch_micros('lines.occurred_at') }} as at_micros,
        lines.load_date,
        lines.source_file,
        lines.source_line,
        lines.event_date

    from {{ ref('int_touched_events') }} as lines
    left join {{ ref('int_identity_map') }} as identity_map
        on
            lines.actor_id = identity_map.actor_id
            and lines.is_anonymous = identity_map.is_anonymous
    left join roles
        on lines.event = roles.event
    where
        lines.type in ('track', 'page', 'screen')
        and coalesce(roles.is_activity, true)

),

placed as (

    -- A silence longer than the session gap begins a part of the day, as in `int_session_parts`.
    select
        acts.*,
        lag(acts.event) over day_line as event_before,
        lag(acts.event, 2) over day_line as event_before_that,
        coalesce(
            lag(acts.at_micros) over day_line < acts.at_micros - parameters.gap_micros, true
        ) as is_first,
        coalesce(
            lead(acts.at_micros) over day_line > acts.at_micros + parameters.gap_micros, true
        ) as is_last

    from acts
    cross join parameters
    window
        day_line as (
            partition by acts.event_date, acts.user_id
            order by acts.at_micros, acts.load_date, acts.source_file, acts.source_line
        )

),

final as (

    select
        user_id,
        event,
        at_micros,
        event_before,
        event_before_that,
        is_first,
        is_last,
        max(case when is_first then at_micros end) over (
            partition by event_date, user_id
            order by at_micros, load_date, source_file, source_line
            rows between unbounded preceding and current row
        ) as begun_micros,
        event_date

    from placed

)

select * from final
