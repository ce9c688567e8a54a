{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure in ('category_buyers', 'cross_buyers')

),

windows as (

    select window_days from terms
    group by window_days

),

bought as (

    select
        windows.window_days,
        orders.user_id,
        categories.category,
        orders.order_date as from_date,
        least(
            orders.order_date + windows.window_days,
            coalesce(orders.stands_until, date '9999-12-31')
        ) as to_date

    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_order_reports') }} as reports
        on
            orders.order_id = reports.order_id
            and reports.kind = 'purchase'
            and reports.report_number = 1
    inner join {{ ref('int_order_categories') }} as categories
        on reports.message_id = categories.message_id
    cross join windows
    where
        {{ is_landed('orders.order_date') }}
        and {{ is_in_reach('orders.order_date') }}

),

standing as (

    select * from bought
    where from_date < to_date

),

held as (

    -- A category bought twice is one while either order counts.
    select
        window_days,
        user_id,
        from_date,
        to_date

    from {{ overlaps('standing', ['window_days', 'user_id', 'category']) }} as categories
    where depth > 0

),

final as (

    select
        terms.measure,
        terms.window_days,
        users.user_id,
        users.from_date,
        users.to_date,
        {{ money('1') }} as amount

    from {{ overlaps('held', ['window_days', 'user_id']) }} as users
    inner join terms
        on
            users.window_days = terms.window_days
            and users.depth >= case terms.measure when 'cross_buyers' then 2 else 1 end

)

select * from final
