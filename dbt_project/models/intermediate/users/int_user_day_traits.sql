{{ rebuilt_by('event_date', 'int_touched_days') }}

with

roles as (

    select * from {{ ref('int_event_roles') }}

),

lines as (

    -- What others do to a user, and what a programme books for them, does not show that they came.
    select
        coalesce(identity_map.user_id, events.actor_id) as user_id,
        events.event_date,
        events.type,
        events.event,
        events.platform,
        events.country,
        events.campaign_source,
        events.occurred_at,
        events.type in ('track', 'page', 'screen') as is_named,
        roles.event is not null as is_known,
        activation.event is not null as is_activation,
        coalesce(roles.is_feature, false) as is_feature,
        coalesce(roles.is_activity, true) as is_activity,
        coalesce(not (roles.is_message or roles.is_refund), true)
        and coalesce(
            events.event not like 'Points %'
            and events.event not in (
                'Level Changed', 'Complaint Closed', 'Feedback Answered', 'Suggestion Answered',
                'User Deleted', 'Refusal Set Aside'
            ),
            true
        ) as is_seen

    from {{ ref('int_touched_events') }} as events
    left join {{ ref('int_identity_map') }} as identity_map
        on
            events.actor_id = identity_map.actor_id
            and events.is_anonymous = identity_map.is_anonymous
    left join roles
        on events.event = roles.event
    left join {{ ref('activation') }} as activation
        on events.event = activation.event

),

places as (

    -- Few rows a day and user: where they were is ranked among these, not among all events.
    select
        user_id,
        event_date,
        platform,
        country,
        case
            when campaign_source is not null and not (is_named and is_activity)
                then {{ time_key('occurred_at') }} || campaign_source
        end as other_campaign,
        min(case when is_named and is_activity then occurred_at end) as first_active_at,
        max(case when is_named and is_activity then occurred_at end) as last_active_at,
        max(occurred_at) as last_at,
        max(case when is_seen then 1 else 0 end) as is_seen,
        min(
            case
                when campaign_source is not null and is_named and is_activity
                    then {{ time_key('occurred_at') }} || campaign_source
            end
        ) as first_campaign,
        min(case when event = 'Signed Up' then occurred_at end) as signed_up_at,
        min(case when type = 'identify' then occurred_at end) as identified_at,
        count(
            case
                when
                    event in ('Message Clicked', 'Email Link Clicked', 'Push Notification Tapped')
                    then 1
            end
        ) as clicks,
        count(case when is_activation then 1 end) as activations,
        count(case when is_feature and is_named then 1 end) as features,
        count(case when is_named then 1 end) as tracked_events,
        count(case when is_named and is_known then 1 end) as known_events

    from lines
    group by user_id, event_date, platform, country, other_campaign

),

dated as (

    select
        *,
        min(first_active_at) over (partition by user_id, event_date) as day_active_at

    from places

),

final as (

    -- The latest of each, apart; of two at the same instant the greater by its text.
    select
        user_id,
        max(is_seen) = 1 as is_seen,
        substr(
            max(case when platform is not null then {{ time_key('last_at') }} || platform end), 21
        ) as platform,
        substr(
            max(case when country is not null then {{ time_key('last_at') }} || country end), 21
        ) as country,
        min(first_campaign) as first_campaign,
        min(other_campaign) as first_other_campaign,
        min(
            case
                when substr(other_campaign, 1, 20) >= {{ time_key('day_active_at') }}
                    then other_campaign
            end
        ) as later_other_campaign,
        min(signed_up_at) as signed_up_at,
        min(identified_at) as identified_at,
        cast(sum(clicks) as bigint) as clicks,
        cast(sum(activations) as bigint) as activations,
        cast(sum(features) as bigint) as features,
        max(last_active_at) as last_active_at,
        cast(sum(tracked_events) as bigint) as tracked_events,
        cast(sum(known_events) as bigint) as known_events,
        event_date

    from dated
    group by user_id, event_date

)

select * from final
