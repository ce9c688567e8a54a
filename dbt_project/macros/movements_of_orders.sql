{% macro movements_of_orders() -%}
    {#-
        One row per order and per refund of one, with the days the order stands: as of a day within them
        it is worth what its rows up to the day add up to. The amount is null where it is not known.
    -#}
    select
        user_id,
        order_date,
        stands_until,
        order_date as event_date,
        true as is_order,
        amount

    from {{ ref('int_orders') }}

    union all

    select
        orders.user_id,
        orders.order_date,
        orders.stands_until,
        refunds.event_date,
        false as is_order,
        -refunds.amount as amount

    from {{ ref('int_order_movements') }} as refunds
    inner join {{ ref('int_orders') }} as orders
        on refunds.order_id = orders.order_id
    where refunds.kind = 'refund'
{%- endmacro %}
