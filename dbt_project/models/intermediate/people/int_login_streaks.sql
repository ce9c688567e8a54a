{{ config(materialized='view') }}

with

rule as (

    select
        cast(care_rules.min_login_days as integer) as days,
        cast(parameters.value as integer) as order_days

    from {{ ref('care_rules') }} as care_rules
    cross join {{ ref('parameters') }} as parameters
    where
        care_rules.list = 'high_potential'
        and parameters.parameter = 'first_order_days'

),

logins as (

    -- As far back as a streak that is not judged yet, and one judged just before it, can reach.
    select
        user_days.user_id,
        user_days.event_date,
        {{ days_between("date '1970-01-01'", 'user_days.event_date') }}
        - row_number() over (partition by user_days.user_id order by user_days.event_date)
            as island

    from {{ ref('fct_user_days') }} as user_days
    cross join rule
    where
        user_days.logins > 0
        and user_days.event_date <= {{ as_of_date() }}
        and user_days.event_date
        > {{ dbt.dateadd('day', '-2 * rule.order_days - rule.days', as_of_date()) }}

),

numbered as (

    select
        *,
        row_number() over (partition by user_id, island order by event_date) as day_number,
        min(event_date) over (partition by user_id, island) as first_date,
        count(*) over (partition by user_id, island) as login_days

    from logins

),

reached as (

    -- The day on which a streak was long enough, and how long it became. One of the first day
    -- that is looked at may have begun before it.
    select
        numbered.user_id,
        numbered.event_date as reached_on,
        numbered.login_days

    from numbered
    cross join rule
    where
        numbered.day_number = rule.days
        and numbered.first_date
        > {{ dbt.dateadd('day', '1 - 2 * rule.order_days - rule.days', as_of_date()) }}

),

first_orders as (

    select
        user_id,
        min(order_date) as first_order_date

    from {{ ref('int_orders') }}
    where
        order_date <= {{ as_of_date() }}
        and coalesce(stands_until > {{ as_of_date() }}, true)
    group by user_id

),

purchases as (

    select max(first_date) as first_date
    from {{ ref('int_measure_starts') }}
    where
        events = 'purchase'
        and first_date <= {{ as_of_date() }}

),

final as (

    -- Of whom nothing was bought by then: what counts is whether it was soon after, and of that
    -- nobody knows where no purchase was ever told.
    select
        reached.user_id,
        reached.reached_on,
        cast(reached.login_days as bigint) as login_days,
        first_orders.first_order_date,
        {{ days_between('reached.reached_on', as_of_date()) }} >= rule.order_days as is_settled,
        case
            when purchases.first_date is not null
                then coalesce(
                    {{ days_between('reached.reached_on', 'first_orders.first_order_date') }}
                    <= rule.order_days,
                    false
                )
        end as has_ordered_in_time

    from reached
    cross join rule
    cross join purchases
    left join first_orders
        on reached.user_id = first_orders.user_id
    where coalesce(first_orders.first_order_date > reached.reached_on, true)

)

select * from final
