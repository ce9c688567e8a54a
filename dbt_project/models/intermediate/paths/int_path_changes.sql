with

fingerprints as (

    select
        user_id,
        {{ fingerprint([
            'begun_micros', 'is_end', 'from_event', 'to_event', 'ended_micros', 'event_before',
            'event_before_that', 'transitions'
        ]) }} as input_fingerprint

    from {{ ref('int_act_pairs') }}
    where event_date <= {{ as_of_date() }}
    group by user_id

),

counted as (

    select
        user_id,
        max(input_fingerprint) as input_fingerprint

    from {{ previous_of_users('int_user_paths', {
        'user_id': 'string', 'input_fingerprint': 'string'
    }) }} as user_paths
    group by user_id

),

final as (

    -- New, changed or vanished: what the user did no longer is what the paths were made from.
    select
        coalesce(fingerprints.user_id, counted.user_id) as user_id,
        fingerprints.input_fingerprint

    from fingerprints
    full outer join counted
        on fingerprints.user_id = counted.user_id
    where fingerprints.input_fingerprint is distinct from counted.input_fingerprint

)

select * from final
