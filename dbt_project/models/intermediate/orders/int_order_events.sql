{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_business_events') }}

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
        -- Whether anything was said of an amount, also what cannot be read.
        {% for field in ['revenue', 'total', 'value'] %}
        coalesce(trim({{ json_text('events.properties', field) }}), '') <> ''
        or
        {% endfor %}
        coalesce({{ json_text('events.properties', 'products') }}, '[]') <> '[]' as says_amount,
        events.currency,
        {{ json_text('events.properties', 'coupon') }} as coupon,
        -- The first thing of it, by the name it was sold under.
        coalesce(
            nullif({{ json_text('events.properties', 'products[0].name') }}, ''),
            nullif({{ json_text('events.properties', 'products[0].product_id') }}, ''),
            nullif({{ json_text('events.properties', 'name') }}, ''),
            nullif({{ json_text('events.properties', 'product_id') }}, '')
        ) as item,
        events.occurred_at,
        events.load_date,
        events.source_file,
        events.source_line,
        events.event_date

    from events
    inner join roles
        on events.event = roles.event
    where
        -- A purchase that names no order is counted; what it is worth, nobody can say twice.
        events.order_id is not null
        or roles.is_purchase

)

select * from final
