{{ config(meta={'dagster': {'ref': {'name': 'fct_user_days'}}}) }}
-- What the user-days carry is what orders that stand brought, less the refunds that count, less
-- those of orders nobody knows: to the cent. And an order has given back what its refunds took.
with

user_days as (

    select sum(net_revenue) as net_revenue
    from {{ ref('fct_user_days') }}

),

orders as (

    select
        sum(case when stands_until is null then amount - refunded end) as net_amount,
        sum(refunded) as refunded

    from {{ ref('int_orders') }}

),

refunds as (

    select
        sum(case when is_matched then amount end) as matched,
        sum(case when not is_matched then amount end) as unmatched

    from {{ ref('fct_refunds') }}

)

select
    user_days.net_revenue,
    orders.net_amount,
    orders.refunded,
    refunds.matched,
    refunds.unmatched

from user_days
cross join orders
cross join refunds
where
    coalesce(user_days.net_revenue, 0)
    <> coalesce(orders.net_amount, 0) - coalesce(refunds.unmatched, 0)
    or coalesce(orders.refunded, 0) <> coalesce(refunds.matched, 0)
