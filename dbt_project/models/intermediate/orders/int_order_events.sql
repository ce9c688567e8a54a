{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_business_events') }}
    where order_id is not null

),

roles as (

    select * from {{ ref('int_event_roles') }}
    where
        is_purchase
        or is_refund
        or is_cancel

),

final as (

    select
        events.message_id,
        events.order_id,
        events.user_id,
        case
            when roles.is_purchase then 'purchase'
            when roles.is_cancel then 'cancellation'
            else 'refund'
        end as kind,
        events.amount,
        events.currency,
        {{ json_text('events.properties', 'coupon') }} as coupon,
        events.occurred_at,
        events.event_date

    from events
    inner join roles
        on events.event = roles.event

)

select * from final
