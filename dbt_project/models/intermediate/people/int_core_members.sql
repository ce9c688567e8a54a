{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

inputs as (

    select * from {{ ref('int_core_inputs') }}

),

rules as (

    select * from {{ ref('int_core_rules') }}
    where is_in_force

),

final as (

    -- A set with a row for the phase and one for any admits whom either does.
    select
        rules.rule_set,
        inputs.user_id,
        max(inputs.weekly_logins) as weekly_logins,
        max(inputs.session_minutes) as session_minutes,
        max(inputs.monthly_spend) as monthly_spend,
        max(inputs.contributions) as contributions,
        inputs.as_of_date

    from inputs
    inner join rules
        on
            inputs.as_of_date = rules.as_of_date
            and {{ is_core('inputs', 'rules') }}
    group by inputs.as_of_date, rules.rule_set, inputs.user_id

)

select * from final
