{{ rebuilt_by('event_date', 'int_touched_days') }}

with

counted as (

    -- By actor first, so that the identity map is joined to a fraction of the rows. Names as they
    -- arrive: of these people ask what they are.
    select
        given_event as event,
        case when event <> given_event then event end as stands_for,
        actor_id,
        is_anonymous,
        count(*) as events,
        count(order_id) as order_lines,
        event_date

    from {{ ref('int_touched_events') }}
    where type in ('track', 'page', 'screen')
    group by given_event, event, actor_id, is_anonymous, event_date

),

final as (

    select
        counted.event,
        counted.stands_for,
        coalesce(identity_map.user_id, counted.actor_id) as user_id,
        cast(sum(counted.events) as bigint) as events,
        cast(sum(counted.order_lines) as bigint) as order_lines,
        counted.event_date

    from counted
    left join {{ ref('int_identity_map') }} as identity_map
        on
            counted.actor_id = identity_map.actor_id
            and counted.is_anonymous = identity_map.is_anonymous
    group by
        counted.event,
        counted.stands_for,
        coalesce(identity_map.user_id, counted.actor_id),
        counted.event_date

)

select * from final
