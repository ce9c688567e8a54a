{#- A view: read once, by `int_funnel_events`. -#}
{{ config(materialized='view') }}

with

funnels as (

    select * from {{ ref('funnels') }}

),

roles as (

    select * from {{ ref('int_event_roles') }}

),

lines as (

    -- Chosen before anything is joined: of all lines the steps alone are looked up.
    select * from {{ ref('int_touched_events') }}
    where event in (select funnels.event from funnels)

),

final as (

    select
        funnels.funnel,
        cast(funnels.step as bigint) as step,
        cast(funnels.window_minutes as bigint) * 60000000 as window_micros,
        coalesce(identity_map.user_id, lines.actor_id) as user_id,
        {{ epoch_micros('lines.occurred_at') }} as at_micros,
        coalesce(roles.is_activity, true) as is_activity,
        lines.load_date,
        lines.source_file,
        lines.source_line,
        lines.event_date

    from lines
    inner join funnels
        on lines.event = funnels.event
    left join roles
        on lines.event = roles.event
    left join {{ ref('int_identity_map') }} as identity_map
        on
            lines.actor_id = identity_map.actor_id
            and lines.is_anonymous = identity_map.is_anonymous

)

select * from final
