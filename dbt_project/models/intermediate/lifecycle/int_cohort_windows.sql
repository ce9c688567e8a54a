{#- A view: read by `int_cohort_visits` alone. -#}
{{ config(materialized='view') }}

with

members as (

    select * from {{ ref('int_cohort_members') }}
    where clock = 'rolling_24h'

),

refunds as (

    select
        order_id,
        sum(amount) as amount

    from {{ ref('int_order_movements') }}
    where
        kind = 'refund'
        and event_date <= {{ as_of_date() }}
    group by order_id

),

orders as (

    -- What comes back has a date and no hour: an order counts with what is left of it.
    select
        orders.user_id,
        orders.ordered_at,
        case
            when coalesce(orders.stands_until > {{ as_of_date() }}, true)
                then coalesce(orders.amount, 0) - coalesce(refunds.amount, 0)
            else 0
        end as net_revenue

    from {{ ref('int_orders') }} as orders
    left join refunds
        on orders.order_id = refunds.order_id
    where
        orders.order_date <= {{ as_of_date() }}
        and coalesce(orders.stands_until > orders.order_date, true)

),

moments as (

    -- A session has no gap as long as a day: who is there at both its ends was there between them.
    select
        'activity' as basis,
        user_id,
        started_at as moment,
        true as is_present,
        0 as orders,
        {{ money('0') }} as net_revenue

    from {{ ref('fct_sessions') }}
    where event_date <= {{ as_of_date() }}

    union all

    select
        'activity' as basis,
        user_id,
        ended_at as moment,
        true as is_present,
        0 as orders,
        {{ money('0') }} as net_revenue

    from {{ ref('fct_sessions') }}
    where {{ local_date('ended_at') }} <= {{ as_of_date() }}

    union all

    select
        bases.basis,
        orders.user_id,
        orders.ordered_at as moment,
        bases.basis = 'order' as is_present,
        1 as orders,
        orders.net_revenue

    from orders
    cross join (values ('activity'), ('order')) as bases (basis)

),

final as (

    select
        members.cohort_by,
        members.user_id,
        {{ days_of_24_hours('members.began_at', 'moments.moment') }} as period_number,
        cast(count_if(moments.is_present) > 0 as boolean) as is_present,
        cast(sum(moments.orders) as bigint) as orders,
        {{ money('sum(moments.net_revenue)') }} as net_revenue

    from members
    inner join moments
        on
            members.basis = moments.basis
            and members.user_id = moments.user_id
            and members.began_at <= moments.moment
    group by
        members.cohort_by,
        members.user_id,
        {{ days_of_24_hours('members.began_at', 'moments.moment') }}

)

select * from final
