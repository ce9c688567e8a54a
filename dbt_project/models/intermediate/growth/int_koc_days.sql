{{ config(materialized='view') }}

with

snapshots as (

    select * from {{ ref('int_snapshot_dates') }}

),

parameters as (

    select
        max(case when parameter = 'koc_min_score' then cast(value as double) end) as min_score,
        max(case when parameter = 'koc_top_share' then cast(value as decimal(10, 6)) end)
            as top_share,
        max(case when parameter = 'contribution_days' then cast(value as integer) end)
            as window_days

    from {{ ref('parameters') }}

),

active as (

    -- MAU, as the KPI has it.
    select
        intervals.user_id,
        intervals.from_date,
        intervals.to_date

    from {{ ref('int_presence_intervals') }} as intervals
    inner join parameters
        on intervals.window_days = parameters.window_days
    where intervals.measure = 'active_users'

),

changes as (

    select
        active.from_date as change_date,
        count(*) as change

    from active
    group by active.from_date
    union all
    select
        active.to_date as change_date,
        -count(*) as change

    from active
    group by active.to_date

),

active_users as (

    select
        snapshots.as_of_date,
        cast(sum(changes.change) as decimal(10, 0)) as active_users

    from snapshots
    inner join changes
        on snapshots.as_of_date >= changes.change_date
    group by snapshots.as_of_date

),

ranked as (

    -- Whoever has more is of these too: all others are below the least score.
    select
        snapshots.as_of_date,
        stretches.user_id,
        rank() over (
            partition by snapshots.as_of_date order by stretches.contribution_score desc
        ) as place

    from {{ ref('int_contribution_stretches') }} as stretches
    cross join parameters
    inner join active
        on
            stretches.user_id = active.user_id
            and stretches.from_date < active.to_date
            and stretches.to_date > active.from_date
    inner join snapshots
        on
            snapshots.as_of_date >= greatest(stretches.from_date, active.from_date)
            and snapshots.as_of_date < least(stretches.to_date, active.to_date)
    where stretches.contribution_score >= parameters.min_score

),

final as (

    select
        ranked.as_of_date,
        ranked.user_id

    from ranked
    cross join parameters
    inner join active_users
        on ranked.as_of_date = active_users.as_of_date
    where ranked.place - 1 < parameters.top_share * active_users.active_users

)

select * from final
