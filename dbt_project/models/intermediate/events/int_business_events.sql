with

roles as (

    select * from {{ ref('int_event_roles') }}

),

business as (

    select event from roles
    where
        is_purchase
        or is_refund
        or is_complaint

    {% for name in ['Survey Answered', 'Consent Changed', 'User Deleted'] %}
    union all
    select '{{ name }}' as event
    {% endfor %}

),

lines as (

    -- Chosen before anything is joined, and of each only the text that is asked for: the others
    -- are never read.
    select
        message_id,
        actor_id,
        is_anonymous,
        type,
        event,
        order_id,
        amount,
        currency,
        properties,
        null as traits,
        occurred_at,
        event_date

    from {{ ref('int_touched_events') }}
    where event in (select business.event from business)

    union all

    select
        message_id,
        actor_id,
        is_anonymous,
        type,
        event,
        null as order_id,
        null as amount,
        null as currency,
        null as properties,
        traits,
        occurred_at,
        event_date

    from {{ ref('int_touched_events') }}
    where type = 'identify'

),

final as (

    select
        lines.message_id,
        coalesce(identity_map.user_id, lines.actor_id) as user_id,
        lines.type,
        lines.event,
        lines.order_id,
        lines.amount,
        lines.currency,
        lines.properties,
        lines.traits,
        lines.occurred_at,
        lines.event_date

    from lines
    left join {{ ref('int_identity_map') }} as identity_map
        on
            lines.actor_id = identity_map.actor_id
            and lines.is_anonymous = identity_map.is_anonymous

)

select * from final
