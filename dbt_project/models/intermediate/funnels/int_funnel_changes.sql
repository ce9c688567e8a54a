with

fingerprints as (

    select
        user_id,
        {{ fingerprint(
            ['at_micros', 'ended_micros', 'day_position', 'funnel', 'step', 'window_micros']
        ) }} as input_fingerprint

    from {{ ref('int_funnel_marks') }}
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
