{{ config(materialized='view') }}

with

dates as (

    select as_of_date
    from {{ ref('int_snapshot_dates') }}
    where {{ is_month_snapshot() }}

),

parameters as (

    select
        max(case when parameter = 'value_window_days' then cast(value as integer) end)
            as window_days,
        max(case when parameter = 'promotion_days' then cast(value as integer) end)
            as promotion_days

    from {{ ref('parameters') }}

),

promoted as (

    select orders.order_id
    from {{ ref('int_orders') }} as orders
    cross join parameters
    inner join {{ ref('int_contact_messages') }} as messages
        on
            orders.user_id = messages.user_id
            and orders.ordered_at >= messages.occurred_at
            and orders.order_date <= messages.event_date + parameters.promotion_days
    where messages.event = 'Message Sent'
    group by orders.order_id

),

orders as (

    select
        dates.as_of_date,
        orders.order_id,
        orders.user_id,
        orders.amount,
        orders.coupon is not null
        or promoted.order_id is not null as is_prompted

    from dates
    inner join {{ ref('int_orders') }} as orders
        on
            dates.as_of_date >= orders.order_date
            and coalesce(dates.as_of_date < orders.stands_until, true)
    left join promoted
        on orders.order_id = promoted.order_id

),

demands as (

    select
        as_of_date,
        user_id,
        {{ rate('count(case when is_prompted then 1 end)', 'count(*)') }} as prompted_share

    from orders
    group by as_of_date, user_id

),

days as (

    select
        dates.as_of_date,
        user_days.user_id,
        sum(user_days.interactions) as interactions,
        sum(user_days.content + user_days.shares) as spread

    from dates
    cross join parameters
    inner join {{ ref('fct_user_days') }} as user_days
        on
            dates.as_of_date >= user_days.event_date
            and dates.as_of_date < user_days.event_date + parameters.window_days
    group by dates.as_of_date, user_days.user_id

),

categories as (

    -- What an order brought, shared out by the worth of its things.
    select
        orders.as_of_date,
        orders.user_id,
        categories.category,
        sum(cast(cast(orders.amount as double) * categories.share as decimal(28, 10))) as spend

    from orders
    inner join {{ ref('int_order_reports') }} as reports
        on orders.order_id = reports.order_id
    inner join {{ ref('int_order_categories') }} as categories
        on reports.message_id = categories.message_id
    where
        orders.amount > 0
        and reports.kind = 'purchase'
        and reports.report_number = 1
    group by orders.as_of_date, orders.user_id, categories.category

),

ranked_categories as (

    select
        as_of_date,
        user_id,
        category,
        {{ rate('spend', 'sum(spend) over buyer') }} as share,
        row_number() over (
            partition by as_of_date, user_id order by spend desc, category asc
        ) as category_rank

    from categories
    window buyer as (partition by as_of_date, user_id)

),

users as (

    select
        as_of_date,
        user_id

    from demands
    union
    select
        as_of_date,
        user_id

    from days
    where interactions + spread > 0

),

final as (

    select
        users.as_of_date,
        users.user_id,
        {{ rate('scores.monetary', 'scores.valued_orders') }} as mean_order,
        cast(nullif(days.interactions, 0) as bigint) as interactions,
        cast(nullif(days.spread, 0) as bigint) as spread,
        demands.prompted_share,
        ranked_categories.share as category_share,
        ranked_categories.category as top_category,
        second_categories.category as second_category,
        cast(points.points as double) as stage_points

    from users
    left join {{ ref('int_rfm_values') }} as scores
        on
            users.as_of_date = scores.as_of_date
            and users.user_id = scores.user_id
    left join demands
        on
            users.as_of_date = demands.as_of_date
            and users.user_id = demands.user_id
    left join days
        on
            users.as_of_date = days.as_of_date
            and users.user_id = days.user_id
    left join ranked_categories
        on
            users.as_of_date = ranked_categories.as_of_date
            and users.user_id = ranked_categories.user_id
            and ranked_categories.category_rank = 1
    left join ranked_categories as second_categories
        on
            users.as_of_date = second_categories.as_of_date
            and users.user_id = second_categories.user_id
            and second_categories.category_rank = 2
    left join {{ ref('user_lifecycle') }} as lifecycle
        on
            users.user_id = lifecycle.user_id
            and users.as_of_date >= lifecycle.valid_from
            and users.as_of_date < coalesce(lifecycle.valid_to, date '9999-12-31')
    left join {{ ref('stage_points') }} as points
        on lifecycle.stage = points.stage

)

select * from final
