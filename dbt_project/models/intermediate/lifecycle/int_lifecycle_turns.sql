{{ config(materialized='view') }}

with

islands as (

    select * from {{ ref('int_activity_islands') }}

),

stages as (

    select * from {{ ref('lifecycle_stages') }}

),

orders as (

    select
        user_id,
        order_date,
        row_number() over (partition by user_id order by order_date, order_id) as order_number

    from {{ ref('fct_orders') }}
    where not is_cancelled

),

island_turns as (

    select
        islands.user_id,
        islands.island_start as seen_again,
        islands.first_date + cast(stages.max_age_days as integer) + 1 as no_longer_new,
        islands.island_start + cast(stages.max_return_days as integer) + 1 as no_longer_back,
        islands.island_end + cast(stages.min_silent_days as integer) as fallen_silent

    from islands
    cross join stages

),

turns as (

    select
        user_id,
        turn_date

    from island_turns
    unpivot (
        turn_date for turn in (seen_again, no_longer_new, no_longer_back, fallen_silent)
    )
    union
    select
        orders.user_id,
        orders.order_date as turn_date

    from orders
    inner join stages
        on orders.order_number = stages.min_orders

),

orders_so_far as (

    select
        turns.user_id,
        turns.turn_date,
        count(*) as orders

    from turns
    inner join orders
        on
            turns.user_id = orders.user_id
            and turns.turn_date >= orders.order_date
    group by turns.user_id, turns.turn_date

),

final as (

    select
        turns.user_id,
        turns.turn_date,
        {{ days_between('islands.first_date', 'turns.turn_date') }} as age_days,
        {{ days_between('islands.island_start', 'turns.turn_date') }} as return_days,
        islands.silent_days_before,
        case
            when turns.turn_date <= islands.island_end then 0
            else {{ days_between('islands.island_end', 'turns.turn_date') }}
        end as silent_days,
        coalesce(orders_so_far.orders, 0) as orders

    from turns
    inner join islands
        on
            turns.user_id = islands.user_id
            and turns.turn_date >= islands.island_start
            and (
                turns.turn_date < islands.next_start
                or islands.next_start is null
            )
    left join orders_so_far
        on
            turns.user_id = orders_so_far.user_id
            and turns.turn_date = orders_so_far.turn_date
    where turns.turn_date <= {{ as_of_date() }}

)

select * from final
