{{ rebuilt_by('event_date', 'int_touched_days') }}

with

purchases as (

    select
        events.user_id,
        events.message_id,
        events.properties,
        events.event_date

    from {{ ref('int_business_events') }} as events
    inner join {{ ref('int_event_roles') }} as roles
        on events.event = roles.event
    where
        roles.is_purchase
        and events.order_id is not null

),

products as (

    select
        user_id,
        message_id,
        {{ each_json('properties', 'products') }} as product,
        event_date

    from purchases

),

items as (

    select
        user_id,
        'bought' as kind,
        message_id,
        trim({{ json_text('product', 'product_id') }}) as item,
        event_date

    from products
    union all
    -- One thing, told without a list.
    select
        user_id,
        'bought' as kind,
        message_id,
        trim({{ json_text('properties', 'product_id') }}) as item,
        event_date

    from purchases
    where coalesce({{ json_length('properties', 'products') }}, 0) = 0
    union all
    select
        user_id,
        'searched' as kind,
        cast(null as {{ dbt.type_string() }}) as message_id,
        words as item,
        event_date

    from {{ ref('int_searches') }}

),

final as (

    select
        user_id,
        kind,
        message_id,
        item,
        event_date

    from items
    where item <> ''
    group by user_id, kind, message_id, item, event_date

)

select * from final
