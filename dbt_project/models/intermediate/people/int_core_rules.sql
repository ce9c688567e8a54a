{{ config(materialized='view') }}

with

dates as (

    select as_of_date
    from {{ ref('int_snapshot_dates') }}
    where is_sunday

),

rules as (

    select * from {{ ref('core_rules') }}

),

dated as (

    -- Of the rows of one rule set and phase, the newest that has begun.
    select
        dates.as_of_date,
        rules.*,
        row_number() over (
            partition by dates.as_of_date, rules.rule_set, rules.phase
            order by rules.valid_from desc
        ) as place

    from dates
    inner join rules
        on dates.as_of_date >= rules.valid_from

),

final as (

    select
        dated.as_of_date,
        dated.rule_set,
        dated.phase,
        dated.is_in_force
        and (
            dated.phase = '*'
            or coalesce(phases.phase = dated.phase, false)
        ) as is_in_force,
        dated.min_weekly_logins,
        dated.min_session_minutes,
        dated.min_monthly_spend,
        dated.min_contributions

    from dated
    left join {{ ref('int_phases') }} as phases
        on
            dated.as_of_date >= phases.valid_from
            and coalesce(dated.as_of_date < phases.valid_to, true)
    where dated.place = 1

)

select * from final
