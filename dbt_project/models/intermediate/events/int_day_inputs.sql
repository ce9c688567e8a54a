with

load_days as (

    select * from {{ ref('int_load_days') }}

),

duplicates as (

    select * from {{ ref('int_event_duplicates') }}

),

anonymous_days as (

    select * from {{ ref('int_anonymous_days') }}

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

    select
        anonymous_days.event_date,
        {{ fingerprint(['anonymous_days.actor_id', 'identity_map.user_id']) }}
            as identity_fingerprint

    from anonymous_days
    inner join identity_map
        on
            anonymous_days.actor_id = identity_map.actor_id
            and identity_map.is_anonymous
    group by anonymous_days.event_date

),

final as (

    select
        arrivals.event_date,
        arrivals.arrivals_fingerprint
        || '|' || coalesce(surplus.surplus_fingerprint, '')
        || '|' || coalesce(identities.identity_fingerprint, '') as input_fingerprint

    from arrivals
    left join surplus
        on arrivals.event_date = surplus.event_date
    left join identities
        on arrivals.event_date = identities.event_date

)

select * from final
