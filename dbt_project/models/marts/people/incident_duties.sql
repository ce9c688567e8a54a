with

incidents as (

    select * from {{ ref('int_incidents') }}

),

duties as (

    select * from {{ ref('duty_rules') }}

),

done as (

    -- What was done before the incident began was not done for it.
    select
        told.incident_id,
        lower(told.duty) as duty,
        min(told.done_at) as done_at

    from {{ ref('stg_incidents') }} as told
    inner join incidents
        on
            told.incident_id = incidents.incident_id
            and coalesce(told.done_at >= incidents.started_at, true)
    where
        told.duty is not null
        and {{ local_date('told.done_at') }} <= {{ as_of_date() }}
    group by told.incident_id, lower(told.duty)

),

due as (

    select
        incidents.incident_id,
        duties.duty,
        {{ dbt.dateadd('minute', 'cast(60 * duties.hours as bigint)', 'incidents.started_at') }}
            as due_at,
        done.done_at

    from incidents
    cross join duties
    left join done
        on
            incidents.incident_id = done.incident_id
            and duties.duty = done.duty

),

final as (

    -- What is not done is late once its time has passed in a day that is over.
    select
        incident_id,
        duty,
        due_at,
        done_at,
        case
            when due_at is null then null
            when done_at is not null then done_at > due_at
            else {{ local_date('due_at') }} <= {{ as_of_date() }}
        end as is_late,
        case when due_at is null then 'unknown' else 'ok' end as status

    from due

)

select * from final
