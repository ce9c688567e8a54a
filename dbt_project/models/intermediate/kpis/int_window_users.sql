with

snapshot_dates as (

    select * from {{ ref('int_snapshot_dates') }}

),

intervals as (

    select * from {{ ref('int_presence_intervals') }}
    union all
    select * from {{ ref('int_silence_intervals') }}

),

changes as (

    -- Plus one, minus one, and a running sum: never users times days.
    select
        measure,
        window_days,
        from_date as change_date,
        count(*) as change

    from intervals
    group by measure, window_days, from_date
    union all
    select
        measure,
        window_days,
        to_date as change_date,
        -count(*) as change

    from intervals
    where to_date is not null
    group by measure, window_days, to_date

),

final as (

    select
        snapshot_dates.as_of_date,
        changes.measure,
        changes.window_days,
        cast(sum(changes.change) as bigint) as users

    from snapshot_dates
    inner join changes
        on snapshot_dates.as_of_date >= changes.change_date
    group by snapshot_dates.as_of_date, changes.measure, changes.window_days

)

select * from final
