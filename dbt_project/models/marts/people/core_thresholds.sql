{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

rules as (

    select * from {{ ref('int_core_rules') }}

),

inputs as (

    select * from {{ ref('int_core_inputs') }}

),

history as (

    select distinct as_of_date from inputs

),

admitted as (

    select
        rules.as_of_date,
        rules.rule_set,
        rules.phase,
        count(*) as users,
        sum(inputs.monthly_spend) as monthly_spend

    from rules
    inner join inputs
        on
            rules.as_of_date = inputs.as_of_date
            and {{ is_core('inputs', 'rules') }}
    group by rules.as_of_date, rules.rule_set, rules.phase

),

final as (

    select
        rules.rule_set as threshold_set,
        rules.phase,
        rules.is_in_force,
        rules.min_weekly_logins,
        rules.min_session_minutes,
        rules.min_monthly_spend,
        rules.min_contributions,
        cast(case
            when history.as_of_date is not null then coalesce(admitted.users, 0)
        end as bigint) as users_admitted,
        {{ money('admitted.monthly_spend') }} as monthly_spend,
        case when history.as_of_date is null then 'insufficient_data' else 'ok' end as status,
        rules.as_of_date

    from rules
    left join history
        on rules.as_of_date = history.as_of_date
    left join admitted
        on
            rules.as_of_date = admitted.as_of_date
            and rules.rule_set = admitted.rule_set
            and rules.phase = admitted.phase

)

select * from final
