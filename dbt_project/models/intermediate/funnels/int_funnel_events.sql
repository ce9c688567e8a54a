{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_touched_events') }}

),

funnels as (

    select * from {{ ref('funnels') }}

),

final as (

    select
        funnels.funnel,
        cast(funnels.step as bigint) as step,
        cast(funnels.window_minutes as bigint) * 60000000 as window_micros,
        events.user_id,
        {{ epoch_micros('events.occurred_at') }} as at_micros,
        events.load_date,
        events.source_file,
        events.source_line,
        events.event_date

    from events
    inner join funnels
        on events.event = funnels.event

)

select * from final
