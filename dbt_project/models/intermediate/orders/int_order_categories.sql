{{ rebuilt_by('event_date', 'int_touched_days') }}

with

purchases as (

    select
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
        message_id,
        {{ each_json('properties', 'products') }} as product,
        event_date

    from purchases

),

named as (

    -- Exact from here on: the sum of fractions depends on the order they are added in.
    select
        message_id,
        {{ json_text('product', 'category') }} as category,
        try_cast(
            try_cast({{ json_text('product', 'price') }} as double)
            * coalesce(try_cast({{ json_text('product', 'quantity') }} as double), 1)
            as decimal(28, 10)
        ) as worth,
        event_date

    from products

    union all

    -- One thing, told without a list.
    select
        message_id,
        {{ json_text('properties', 'category') }} as category,
        cast(1 as decimal(28, 10)) as worth,
        event_date

    from purchases
    where coalesce({{ json_length('properties', 'products') }}, 0) = 0

),

valued as (

    select
        message_id,
        trim(category) as category,
        sum(worth) as worth,
        event_date

    from named
    where worth > 0
    group by message_id, trim(category), event_date

),

shared as (

    -- What went to things of no known category went to no other.
    select
        message_id,
        category,
        {{ rate('worth', 'sum(worth) over (partition by message_id)') }} as share,
        event_date

    from valued

),

final as (

    select * from shared
    where category <> ''

)

select * from final
