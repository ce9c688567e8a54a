{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure in ('payers', 'buyers', 'repeat_buyers', 'orders', 'valued_orders')

),

orders as (

    select * from {{ ref('int_orders') }}
    where
        {{ is_landed('order_date') }}
        and {{ is_in_reach('order_date') }}

),

counted as (

    -- An order counts from its day until the window has passed, or it counts no longer.
    select
        terms.measure,
        terms.window_days,
        orders.user_id,
        orders.order_date as from_date,
        least(
            orders.order_date + terms.window_days,
            case terms.measure
                when 'payers' then coalesce(orders.paid_until, date '9999-12-31')
                else coalesce(orders.stands_until, date '9999-12-31')
            end
        ) as to_date

    from orders
    inner join terms
        on
            orders.amount is not null
            or terms.measure <> 'valued_orders'

),

stretches as (

    select * from counted
    where from_date < to_date

),

ends as (

    select listed.change
    from (values (1), (-1)) as listed (change)

),

changes as (

    select
        stretches.measure,
        stretches.window_days,
        stretches.user_id,
        case when ends.change = 1 then stretches.from_date else stretches.to_date end
            as change_date,
        sum(ends.change) as change

    from stretches
    cross join ends
    where stretches.measure not in ('orders', 'valued_orders')
    group by
        stretches.measure,
        stretches.window_days,
        stretches.user_id,
        case when ends.change = 1 then stretches.from_date else stretches.to_date end

),

standing as (

    select
        measure,
        window_days,
        user_id,
        change_date as from_date,
        lead(change_date) over (
            partition by measure, window_days, user_id order by change_date
        ) as to_date,
        sum(change) over (
            partition by measure, window_days, user_id
            order by change_date
            rows between unbounded preceding and current row
        ) as orders

    from changes

),

final as (

    select
        measure,
        window_days,
        user_id,
        from_date,
        to_date

    from standing
    where orders >= case measure when 'repeat_buyers' then 2 else 1 end
    union all
    select
        measure,
        window_days,
        user_id,
        from_date,
        to_date

    from stretches
    where measure in ('orders', 'valued_orders')

)

select * from final
