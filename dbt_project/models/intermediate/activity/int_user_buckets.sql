{{ rebuilt_by('event_date', 'int_touched_days') }}

with

roles as (

    select * from {{ ref('int_event_roles') }}

),

parameters as (

    {{ session_gap() }}

),

final as (

    -- Two events of one bucket are no further apart than the session gap: sessions never split one,
    -- and windows run over a fraction of the rows. A name without a role is activity, no more.
    select
        coalesce(identity_map.user_id, events.actor_id) as user_id,
        cast(floor({{ epoch_micros('events.occurred_at') }} / parameters.bucket_micros) as bigint)
            as bucket,
        min(events.occurred_at) as first_at,
        max(events.occurred_at) as last_at,
        max(case when events.event = 'Product Added' then events.occurred_at end) as last_added_at,
        cast(count(*) as bigint) as events,
        -- Under a user id, or of a visitor who has none: a signed-out visit of a user is no login.
        cast(
            coalesce(count_if(coalesce(not identity_map.is_signed_out, true)), 0) as bigint
        ) as signed_in_events,
        cast(coalesce(count_if(roles.is_login), 0) as bigint) as logins,
        cast(coalesce(count_if(roles.is_interaction), 0) as bigint) as interactions,
        cast(coalesce(count_if(roles.is_content), 0) as bigint) as content,
        cast(coalesce(count_if(roles.is_share), 0) as bigint) as shares,
        cast(coalesce(count_if(roles.is_invite), 0) as bigint) as invites,
        events.event_date

    from {{ ref('int_touched_events') }} as events
    cross join parameters
    left join {{ ref('int_identity_map') }} as identity_map
        on
            events.actor_id = identity_map.actor_id
            and events.is_anonymous = identity_map.is_anonymous
    left join roles
        on events.event = roles.event
    where
        events.type in ('track', 'page', 'screen')
        and coalesce(roles.is_activity, true)
    group by
        coalesce(identity_map.user_id, events.actor_id),
        cast(floor({{ epoch_micros('events.occurred_at') }} / parameters.bucket_micros) as bigint),
        events.event_date

)

select * from final
