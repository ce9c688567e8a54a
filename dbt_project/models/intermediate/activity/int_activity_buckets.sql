{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_touched_events') }}
    where type in ('track', 'page', 'screen')

),

roles as (

    select * from {{ ref('int_event_roles') }}

),

parameters as (

    select cast(value as bigint) * 60000000 as gap_micros
    from {{ ref('parameters') }}
    where parameter = 'session_gap_minutes'

),

activity as (

    -- A name nobody gave a role counts as activity, and only as that.
    select
        events.event_date,
        events.user_id,
        events.occurred_at,
        roles.event is not null as is_known,
        coalesce(roles.is_login, false) as is_login,
        coalesce(roles.is_interaction, false) as is_interaction,
        coalesce(roles.is_content, false) as is_content,
        coalesce(roles.is_share, false) as is_share,
        coalesce(roles.is_invite, false) as is_invite,
        cast(floor({{ epoch_micros('events.occurred_at') }} / parameters.gap_micros) as bigint)
            as bucket

    from events
    left join roles
        on events.event = roles.event
    cross join parameters
    where coalesce(roles.is_activity, true)

),

bucketed as (

    -- Two events of one bucket are closer than the session gap: sessions never split a bucket,
    -- and windows run over a fraction of the rows.
    select
        user_id,
        bucket,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at,
        cast(count(*) as bigint) as events,
        cast(count_if(is_known) as bigint) as known_events,
        cast(count_if(is_login) as bigint) as logins,
        cast(count_if(is_interaction) as bigint) as interactions,
        cast(count_if(is_content) as bigint) as content,
        cast(count_if(is_share) as bigint) as shares,
        cast(count_if(is_invite) as bigint) as invites,
        event_date

    from activity
    group by user_id, bucket, event_date

)

select * from bucketed
