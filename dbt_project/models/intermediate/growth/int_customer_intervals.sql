{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure = 'won_customers'

),

recent as (

    -- Whoever bought nothing within a window was not won in it.
    select user_id
    from {{ ref('int_orders') }}
    where
        {{ is_in_reach('order_date') }}
    group by user_id

),

order_days as (

    select
        orders.user_id,
        orders.order_date,
        max(coalesce(orders.stands_until, date '9999-12-31')) as stands_until

    from {{ ref('int_orders') }} as orders
    inner join recent
        on orders.user_id = recent.user_id
    group by orders.user_id, orders.order_date

),

firsts as (

    -- A later order is the first once all before it are cancelled.
    select
        *,
        max(stands_until) over (
            partition by user_id
            order by order_date
            rows between unbounded preceding and 1 preceding
        ) as first_from

    from order_days

),

final as (

    -- Counted, and of nobody: money is spent on channels.
    select
        terms.measure,
        terms.window_days,
        cast(null as {{ dbt.type_string() }}) as user_id,
        greatest(firsts.order_date, coalesce(firsts.first_from, firsts.order_date)) as from_date,
        least(firsts.order_date + terms.window_days, firsts.stands_until) as to_date

    from firsts
    cross join terms
    inner join {{ ref('int_landed_days') }} as landed
        on
            firsts.order_date = landed.event_date
            and landed.is_spend_landed

)

select * from final
where from_date < to_date
