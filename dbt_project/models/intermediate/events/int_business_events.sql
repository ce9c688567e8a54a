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

    {% for name in ['Survey Answered', 'Consent Changed', 'User Deleted', 'identify'] %}
    union all
    select '{{ name }}' as event
    {% endfor %}

),

lines as (

    -- Chosen before anything is joined: the texts of all other lines are never read.
    select * from {{ ref('int_touched_lines') }}
    where coalesce(event, type) in (select business.event from business)

),

final as (

    select
        message_id,
        user_id,
        type,
        event,
        order_id,
        amount,
        currency,
        properties,
        traits,
        occurred_at,
        event_date

    from {{ deduplicated('lines') }} as events

)

select * from final
