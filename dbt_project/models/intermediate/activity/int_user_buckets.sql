{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_touched_events') }}

),

roles as (

    select * from {{ ref('int_event_roles') }}

),

parameters as (

    {{ session_gap() }}

),

told as (

    -- A name nobody gave a role counts as activity, and only as that.
    select
        events.*,
        roles.event is not null as is_known,
        coalesce(roles.is_login, false) as is_login,
        coalesce(roles.is_interaction, false) as is_interaction,
        coalesce(roles.is_content, false) as is_content,
        coalesce(roles.is_share, false) as is_share,
        coalesce(roles.is_invite, false) as is_invite,
        coalesce(roles.is_message, false) and events.event = 'Message Sent' as is_contact,
        events.type in ('track', 'page', 'screen')
        and coalesce(roles.is_activity, true) as is_activity,
        cast(floor({{ epoch_micros('events.occurred_at') }} / parameters.gap_micros) as bigint)
            as bucket

    from events
    left join roles
        on events.event = roles.event
    cross join parameters

),

bucketed as (

    -- Two events of one bucket are closer than the session gap: sessions never split a bucket,
    -- and windows run over a fraction of the rows.
    select
        user_id,
        bucket,

        -- activity
        min(case when is_activity then occurred_at end) as first_at,
        max(case when is_activity then occurred_at end) as last_at,
        cast(count_if(is_activity) as bigint) as events,
        cast(count_if(is_activity and is_known) as bigint) as known_events,
        cast(count_if(is_activity and is_login) as bigint) as logins,
        cast(count_if(is_activity and is_interaction) as bigint) as interactions,
        cast(count_if(is_activity and is_content) as bigint) as content,
        cast(count_if(is_activity and is_share) as bigint) as shares,
        cast(count_if(is_activity and is_invite) as bigint) as invites,

        -- whatever the type
        cast(count_if(is_contact) as bigint) as contacts,
        min(platform) as platform,
        min(country) as country,
        -- The first campaign; the key sorts as time does.
        min(
            case
                when campaign_source is not null
                    then
                        lpad(
                            cast({{ epoch_micros('occurred_at') }} as {{ dbt.type_string() }}),
                            20,
                            '0'
                        )
                        || campaign_source
            end
        ) as first_campaign,
        min(case when event = 'Signed Up' then occurred_at end) as signed_up_at,
        min(case when type = 'identify' then occurred_at end) as identified_at,
        event_date

    from told
    group by user_id, bucket, event_date

)

select * from bucketed
