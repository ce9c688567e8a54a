{{ config(materialized='view') }}

with

islands as (

    select * from {{ ref('int_activity_islands') }}

),

stages as (

    select * from {{ ref('lifecycle_stages') }}

),

order_changes as (

    -- An order counts from its date until it is cancelled.
    select
        user_id,
        change_date,
        sum(change) as change

    from (
        select
            user_id,
            order_date as change_date,
            1 as change

        from {{ ref('int_orders') }}

        union all

        select
            user_id,
            stands_until as change_date,
            -1 as change

        from {{ ref('int_orders') }}
        where stands_until is not null
    ) as changes
    group by user_id, change_date

),

order_counts as (

    select
        *,
        sum(change) over (
            partition by user_id
            order by change_date
            rows between unbounded preceding and current row
        ) as orders

    from order_changes

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
    -- A cancellation takes a stage back as an order brings it.
    select
        order_counts.user_id,
        order_counts.change_date as turn_date

    from order_counts
    inner join stages
        on
            greatest(order_counts.orders, order_counts.orders - order_counts.change)
            >= stages.min_orders
            and least(order_counts.orders, order_counts.orders - order_counts.change)
            < stages.min_orders

),

orders_so_far as (

    select
        turns.user_id,
        turns.turn_date,
        sum(order_changes.change) as orders

    from turns
    inner join order_changes
        on
            turns.user_id = order_changes.user_id
            and turns.turn_date >= order_changes.change_date
    group by turns.user_id, turns.turn_date

),

final as (

    select
        turns.user_id,
        turns.turn_date,
        {{ days_between('islands.first_date', 'turns.turn_date') }} as age_days,
        {{ days_between('islands.island_start', 'turns.turn_date') }} as return_days,
        -- As the day before the return had it: a stage is left from what it was.
        islands.silent_days_before - 1 as silent_days_before,
        case
            when turns.turn_date <= islands.island_end then 0
            else {{ days_between('islands.island_end', 'turns.turn_date') }}
        end as silent_days,
        cast(coalesce(orders_so_far.orders, 0) as bigint) as orders

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
