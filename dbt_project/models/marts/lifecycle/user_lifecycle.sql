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

turns as (

    -- The only days on which a stage can change, each from the rule that names it.
    select
        user_id,
        island_start as turn_date

    from islands
    union
    select
        islands.user_id,
        cast({{ dbt.dateadd('day', 'stages.max_age_days + 1', 'islands.first_date') }} as date)

    from islands
    inner join stages
        on stages.max_age_days is not null
    union
    select
        islands.user_id,
        cast({{ dbt.dateadd('day', 'stages.max_return_days + 1', 'islands.island_start') }} as date)

    from islands
    inner join stages
        on stages.max_return_days is not null
    union
    select
        islands.user_id,
        cast({{ dbt.dateadd('day', 'stages.min_silent_days', 'islands.island_end') }} as date)

    from islands
    inner join stages
        on stages.min_silent_days is not null
    union
    select
        orders.user_id,
        orders.order_date

    from orders
    inner join stages
        on orders.order_number = stages.min_orders

),

placed as (

    select
        turns.user_id,
        turns.turn_date,
        {{ days_between('islands.first_date', 'turns.turn_date') }} as age_days,
        {{ days_between('islands.island_start', 'turns.turn_date') }} as return_days,
        islands.silent_days_before,
        case
            when turns.turn_date <= islands.island_end then 0
            else {{ days_between('islands.island_end', 'turns.turn_date') }}
        end as silent_days

    from turns
    inner join islands
        on
            turns.user_id = islands.user_id
            and turns.turn_date >= islands.island_start
            and (
                turns.turn_date < islands.next_start
                or islands.next_start is null
            )
    where turns.turn_date <= {{ as_of_date() }}

),

counted as (

    select
        placed.user_id,
        placed.turn_date,
        placed.age_days,
        placed.return_days,
        placed.silent_days_before,
        placed.silent_days,
        count(orders.order_number) as orders

    from placed
    left join orders
        on
            placed.user_id = orders.user_id
            and placed.turn_date >= orders.order_date
    group by
        placed.user_id,
        placed.turn_date,
        placed.age_days,
        placed.return_days,
        placed.silent_days_before,
        placed.silent_days

),

matched as (

    select
        counted.user_id,
        counted.turn_date,
        stages.stage,
        row_number() over (
            partition by counted.user_id, counted.turn_date order by stages.stage_order
        ) as stage_rank

    from counted
    inner join stages
        on
            counted.age_days <= coalesce(stages.max_age_days, counted.age_days)
            and counted.return_days <= coalesce(stages.max_return_days, counted.return_days)
            and coalesce(counted.silent_days_before, 0)
            >= coalesce(stages.min_return_silent_days, 0)
            and counted.silent_days >= coalesce(stages.min_silent_days, 0)
            and counted.silent_days <= coalesce(stages.max_silent_days, counted.silent_days)
            and counted.orders >= coalesce(stages.min_orders, 0)

),

changes as (

    select
        user_id,
        turn_date,
        stage,
        lag(stage) over (partition by user_id order by turn_date) as previous_stage

    from matched
    where stage_rank = 1

),

final as (

    select
        user_id,
        turn_date as valid_from,
        lead(turn_date) over (partition by user_id order by turn_date) as valid_to,
        stage

    from changes
    where stage is distinct from previous_stage

)

select * from final
