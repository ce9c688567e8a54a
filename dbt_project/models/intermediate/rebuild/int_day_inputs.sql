with

load_days as (

    select * from {{ ref('int_load_days') }}

),

duplicates as (

    select * from {{ ref('int_event_duplicates') }}

),

actors as (

    select
        coalesce(known_id, anonymous_id) as actor_id,
        known_id is null as is_anonymous,
        event_date

    from {{ ref('int_load_actors') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

arrivals as (

    select
        event_date,
        {{ fingerprint(['load_date', 'content_fingerprint']) }} as arrivals_fingerprint

    from load_days
    group by event_date

),

surplus as (

    select
        event_date,
        {{ fingerprint(['message_hash', 'load_date', 'source_file', 'source_line']) }}
            as surplus_fingerprint

    from duplicates
    group by event_date

),

identities as (

    -- Who the actors of the day are by now: merged, moved or parted, the day has to be told anew;
    -- and when a visitor turns out to have an account.
    select
        actors.event_date,
        {{ fingerprint(['actors.actor_id', 'identity_map.user_id']) }}
            as identity_fingerprint

    from actors
    inner join identity_map
        on
            actors.actor_id = identity_map.actor_id
            and actors.is_anonymous = identity_map.is_anonymous
    where
        actors.actor_id <> identity_map.user_id
        or identity_map.is_signed_out
    group by actors.event_date

),

exclusions as (

    -- Who of them does not count: a trait that tells it may come long after.
    select
        actors.event_date,
        {{ fingerprint(['actors.actor_id', 'actors.is_anonymous']) }} as exclusion_fingerprint

    from actors
    inner join {{ ref('int_excluded_actors') }} as excluded
        on
            actors.actor_id = excluded.actor_id
            and actors.is_anonymous = excluded.is_anonymous
    group by actors.event_date

),

final as (

    select
        arrivals.event_date,
        arrivals.arrivals_fingerprint
        || '|' || coalesce(surplus.surplus_fingerprint, '')
        || '|' || coalesce(identities.identity_fingerprint, '')
        || '|' || coalesce(exclusions.exclusion_fingerprint, '') as input_fingerprint

    from arrivals
    left join surplus
        on arrivals.event_date = surplus.event_date
    left join identities
        on arrivals.event_date = identities.event_date
    left join exclusions
        on arrivals.event_date = exclusions.event_date

)

select * from final
