{{ config(materialized='view') }}

with

parameters as (

    select cast(value as integer) as silent_days
    from {{ ref('parameters') }}
    where parameter = 'silent_after_days'

),

incidents as (

    -- Of which as many days lie behind as a user has to be silent.
    select
        incidents.incident_id,
        incidents.from_date,
        parameters.silent_days

    from {{ ref('int_incidents') }} as incidents
    cross join parameters
    where
        incidents.started_at is not null
        and {{ days_between('incidents.from_date', as_of_date()) }} >= parameters.silent_days

),

stretches as (

    select * from {{ ref('int_activity_stretches') }}

),

active_before as (

    select distinct
        incidents.incident_id,
        incidents.from_date,
        incidents.silent_days,
        stretches.user_id

    from incidents
    inner join stretches
        on
            incidents.from_date >= stretches.stretch_start
            and incidents.from_date < stretches.stretch_end + incidents.silent_days

),

active_after as (

    select distinct
        incidents.incident_id,
        stretches.user_id

    from incidents
    inner join stretches
        on
            incidents.from_date < stretches.stretch_end
            and incidents.from_date + incidents.silent_days >= stretches.stretch_start

),

final as (

    select
        active_before.incident_id,
        active_before.user_id,
        affected.user_id is not null as is_affected,
        active_after.user_id is null as has_churned

    from active_before
    left join active_after
        on
            active_before.incident_id = active_after.incident_id
            and active_before.user_id = active_after.user_id
    left join {{ ref('incident_users') }} as affected
        on
            active_before.incident_id = affected.incident_id
            and active_before.user_id = affected.user_id

)

select * from final
