{{ rebuilt_by('event_date', 'int_touched_days') }}

with

roles as (

    select * from {{ ref('int_event_roles') }}

),

final as (

    select
        coalesce(identity_map.user_id, events.actor_id) as user_id,
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
        cast(
            count(case when roles.is_message and events.event = 'Message Sent' then 1 end) as bigint
        ) as contacts,
        events.event_date

    from {{ ref('int_touched_events') }} as events
    left join {{ ref('int_identity_map') }} as identity_map
        on
            events.actor_id = identity_map.actor_id
            and events.is_anonymous = identity_map.is_anonymous
    left join roles
        on events.event = roles.event
    group by coalesce(identity_map.user_id, events.actor_id), events.event_date

)

select * from final
