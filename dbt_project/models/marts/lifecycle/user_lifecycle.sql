with

turns as (

    select * from {{ ref('int_lifecycle_turns') }}

),

stages as (

    select * from {{ ref('lifecycle_stages') }}

),

matched as (

    select
        turns.user_id,
        turns.turn_date,
        stages.stage,
        row_number() over (
            partition by turns.user_id, turns.turn_date order by stages.stage_order
        ) as stage_rank

    from turns
    inner join stages
        on
            turns.age_days <= coalesce(stages.max_age_days, turns.age_days)
            and turns.return_days <= coalesce(stages.max_return_days, turns.return_days)
            and coalesce(turns.silent_days_before, 0)
            >= coalesce(stages.min_return_silent_days, 0)
            and turns.silent_days >= coalesce(stages.min_silent_days, 0)
            and turns.silent_days <= coalesce(stages.max_silent_days, turns.silent_days)
            and turns.orders >= coalesce(stages.min_orders, 0)

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
