with

funnel_events as (

    select * from {{ ref('int_funnel_events') }}
    where event_date <= {{ as_of_date() }}

),

inputs as (

    select
        user_id,
        at_micros,
        day_position,
        funnel,
        step,
        window_micros

    from funnel_events

    union all

    -- A step is counted by the session it lies in: where they begin has a part in it.
    select
        user_id,
        {{ epoch_micros('started_at') }} as at_micros,
        0 as day_position,
        null as funnel,
        null as step,
        null as window_micros

    from {{ ref('fct_sessions') }}
    where user_id in (select funnel_events.user_id from funnel_events)

),

fingerprints as (

    select
        user_id,
        {{ fingerprint(
            ['at_micros', 'day_position', 'funnel', 'step', 'window_micros']
        ) }} as input_fingerprint

    from inputs
    group by user_id

),

counted as (

    select
        user_id,
        max(input_fingerprint) as input_fingerprint

    from {{ previous_of_users('int_funnel_users', {
        'user_id': 'string', 'input_fingerprint': 'string'
    }) }} as funnel_users
    group by user_id

),

final as (

    -- New, changed or vanished: the user's steps no longer are what the counts were made from.
    select
        coalesce(fingerprints.user_id, counted.user_id) as user_id,
        fingerprints.input_fingerprint

    from fingerprints
    full outer join counted
        on fingerprints.user_id = counted.user_id
    where fingerprints.input_fingerprint is distinct from counted.input_fingerprint

)

select * from final
