{#- A view: read by `growth_levels`. -#}
{{ config(materialized='view') }}

with

dates as (

    select as_of_date
    from {{ ref('int_snapshot_dates') }}
    where {{ is_month_snapshot() }}

),

sums as (

    select
        dates.as_of_date,
        gains.user_id,
        gains.measure,
        coalesce(gains.task, '') as task,
        sum(gains.amount) as amount

    from dates
    inner join {{ ref('int_growth_gains') }} as gains
        on
            dates.as_of_date >= gains.gained_date
            and coalesce(dates.as_of_date < gains.lost_date, true)
    group by dates.as_of_date, gains.user_id, gains.measure, coalesce(gains.task, '')

),

final as (

    select
        sums.as_of_date,
        sums.user_id,
        actions.part,
        cast(sum(least(sums.amount * actions.points, actions.most)) as bigint) as score

    from sums
    inner join {{ ref('growth_actions') }} as actions
        on
            sums.measure = actions.measure
            and sums.task = coalesce(actions.task, '')
    group by sums.as_of_date, sums.user_id, actions.part

)

select * from final
