with

orders as (

    select * from {{ ref('int_orders') }}

),

final as (

    select
        order_id,
        user_id,
        amount,
        refunded,
        {{ money('amount - refunded') }} as net_amount,
        currency,
        original_amount,
        coupon,
        stands_until is not null as is_cancelled,
        has_rate as is_converted,
        ordered_at,
        order_date,
        stands_until as cancelled_date

    from orders

)

select * from final
