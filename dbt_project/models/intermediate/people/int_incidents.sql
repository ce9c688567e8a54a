{{ config(materialized='view') }}

with

told as (

    select
        *,
        row_number() over (
            partition by incident_id order by load_date, source_file, source_line
        ) as place

    from {{ ref('stg_incidents') }}

),

latest as (

    -- The last word on each.
    select
        incident_id,
        min(load_date) as first_load_date,
        max_by(kind, case when kind is not null then place end) as kind,
        max_by(compensation, case when compensation is not null then place end) as compensation,
        max_by(started_at, case when started_at is not null then place end) as started_at,
        max_by(ended_at, case when ended_at is not null then place end) as ended_at

    from told
    group by incident_id

),

ordered as (

    -- What ended before it began has not ended: it would have met nobody.
    select
        incident_id,
        first_load_date,
        kind,
        compensation,
        started_at,
        case when coalesce(ended_at >= started_at, true) then ended_at end as ended_at

    from latest

),

dated as (

    -- One whose beginning nobody told has begun: whom it names is better left in peace.
    select
        *,
        coalesce(
            {{ local_date('started_at') }}, least(first_load_date, {{ as_of_date() }})
        ) as from_date,
        {{ local_date('ended_at') }} as to_date

    from ordered

),

final as (

    -- The list of a day is sent on the next one.
    select * from dated
    where from_date <= {{ dbt.dateadd('day', 1, as_of_date()) }}

)

select * from final
