{{ rebuilt_by('event_date', 'int_touched_days') }}

with

roles as (

    select * from {{ ref('int_event_roles') }}

),

parameters as (

    {{ session_gap() }}

),

by_actor as (

    -- Two events of one bucket are closer than the session gap: sessions never split a bucket,
    -- and windows run over a fraction of the rows. A name without a role is activity, no more.
    select
        events.actor_id,
        events.is_anonymous,
        cast(floor({{ epoch_micros('events.occurred_at') }} / parameters.gap_micros) as bigint)
            as bucket,
        min(events.occurred_at) as first_at,
        max(events.occurred_at) as last_at,
        count(*) as events,
        count(roles.event) as known_events,
        count_if(roles.is_login) as logins,
        count_if(roles.is_interaction) as interactions,
        count_if(roles.is_content) as content,
        count_if(roles.is_share) as shares,
        count_if(roles.is_invite) as invites,
        events.event_date

    from {{ ref('int_touched_events') }} as events
    cross join parameters
    left join roles
        on events.event = roles.event
    where
        events.type in ('track', 'page', 'screen')
        and coalesce(roles.is_activity, true)
    group by all

),

final as (

    -- Who they are is asked of the sums, not of each line.
    select
        coalesce(identity_map.user_id, by_actor.actor_id) as user_id,
        by_actor.bucket,
        min(by_actor.first_at) as first_at,
        max(by_actor.last_at) as last_at,
        cast(sum(by_actor.events) as bigint) as events,
        cast(sum(by_actor.known_events) as bigint) as known_events,
        cast(coalesce(sum(by_actor.logins), 0) as bigint) as logins,
        cast(coalesce(sum(by_actor.interactions), 0) as bigint) as interactions,
        cast(coalesce(sum(by_actor.content), 0) as bigint) as content,
        cast(coalesce(sum(by_actor.shares), 0) as bigint) as shares,
        cast(coalesce(sum(by_actor.invites), 0) as bigint) as invites,
        by_actor.event_date

    from by_actor
    left join {{ ref('int_identity_map') }} as identity_map
        on
            by_actor.actor_id = identity_map.actor_id
            and by_actor.is_anonymous = identity_map.is_anonymous
    group by all

)

select * from final
