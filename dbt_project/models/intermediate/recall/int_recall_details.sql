with

listed as (

    select user_id from {{ ref('int_recall_verdicts') }}
    where exclusion_reason is null

),

last_orders as (

    select
        orders.user_id,
        max(orders.order_date) as last_order_date,
        max_by(orders.order_id, orders.ordered_at) as order_id

    from {{ ref('int_orders') }} as orders
    inner join listed
        on orders.user_id = listed.user_id
    where
        orders.order_date <= {{ as_of_date() }}
        and (
            orders.stands_until is null
            or orders.stands_until > {{ as_of_date() }}
        )
    group by orders.user_id

),

items as (

    -- A report may lack the products.
    select
        last_orders.user_id,
        min(reports.item) as last_item

    from last_orders
    inner join {{ ref('int_order_events') }} as reports
        on
            last_orders.order_id = reports.order_id
            and reports.kind = 'purchase'
    group by last_orders.user_id

),

final as (

    select
        listed.user_id,
        names.name,
        last_orders.last_order_date,
        items.last_item

    from listed
    left join {{ ref('int_user_names') }} as names
        on listed.user_id = names.user_id
    left join last_orders
        on listed.user_id = last_orders.user_id
    left join items
        on listed.user_id = items.user_id

)

select * from final
