{{ rebuilt_by('event_date', 'int_touched_days') }}

with

roles as (

    select * from {{ ref('int_event_roles') }}

),

by_actor as (

    select
        events.actor_id,
        events.is_anonymous,
        min(events.platform) as platform,
        min(events.country) as country,
        -- The first campaign; the key sorts as time does.
        min(
            case
                when events.campaign_source is not null
                    then
                        lpad(
                            cast(
                                {{ epoch_micros('events.occurred_at') }} as {{ dbt.type_string() }}
                            ),
                            20,
                            '0'
                        )
                        || events.campaign_source
            end
        ) as first_campaign,
        min(case when events.event = 'Signed Up' then events.occurred_at end) as signed_up_at,
        min(case when events.type = 'identify' then events.occurred_at end) as identified_at,
        count(case when roles.is_message and events.event = 'Message Sent' then 1 end) as contacts,
        events.event_date

    from {{ ref('int_touched_events') }} as events
    left join roles
        on events.event = roles.event
    group by events.actor_id, events.is_anonymous, events.event_date

),

final as (

    select
        coalesce(identity_map.user_id, by_actor.actor_id) as user_id,
        min(by_actor.platform) as platform,
        min(by_actor.country) as country,
        min(by_actor.first_campaign) as first_campaign,
        min(by_actor.signed_up_at) as signed_up_at,
        min(by_actor.identified_at) as identified_at,
        cast(sum(by_actor.contacts) as bigint) as contacts,
        by_actor.event_date

    from by_actor
    left join {{ ref('int_identity_map') }} as identity_map
        on
            by_actor.actor_id = identity_map.actor_id
            and by_actor.is_anonymous = identity_map.is_anonymous
    group by coalesce(identity_map.user_id, by_actor.actor_id), by_actor.event_date

)

select * from final
