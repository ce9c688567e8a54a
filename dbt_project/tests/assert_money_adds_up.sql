{{ config(meta={'dagster': {'ref': {'name': 'fct_user_days'}}}) }}
-- What the user-days carry is what orders brought less what refunds took, to the cent.
with

user_days as (

    select sum(net_revenue) as net_revenue
    from {{ ref('fct_user_days') }}

),

orders as (

    select sum(net_amount) as net_amount
    from {{ ref('fct_orders') }}
    where not is_cancelled

)

select
    user_days.net_revenue,
    orders.net_amount

from user_days
cross join orders
where coalesce(user_days.net_revenue, 0) <> coalesce(orders.net_amount, 0)
