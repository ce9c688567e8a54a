with

rules as (

    select * from {{ ref('alert_rules') }}

),

judged as (

    -- What is not known neither opens an alert nor closes one.
    select
        *,
        lag(is_met) over (partition by alert, dimension_value order by as_of_date) as was_met

    from {{ ref('int_alert_checks') }}
    where is_met is not null

),

numbered as (

    select
        *,
        sum(case when is_met and not coalesce(was_met, false) then 1 else 0 end) over (
            partition by alert, dimension_value
            order by as_of_date
            rows between unbounded preceding and current row
        ) as alert_number

    from judged

),

lives as (

    select
        alert,
        dimension_value,
        alert_number,
        min(as_of_date) as opened_on,
        max(case when is_met then as_of_date end) as last_seen_on,
        min(case when not is_met then as_of_date end) as closed_on

    from numbered
    where alert_number > 0
    group by alert, dimension_value, alert_number

),

final as (

    select
        lives.alert,
        coalesce(rules.name_en, lives.alert) as name_en,
        coalesce(rules.name_zh, lives.alert) as name_zh,
        rules.kpi,
        coalesce(rules.dimension, 'all') as dimension,
        lives.dimension_value,
        lives.opened_on,
        lives.last_seen_on,
        lives.closed_on,
        case when lives.closed_on is null then 'open' else 'closed' end as status,
        rules.severity,
        cast(
            case when rules.is_core then 0 else 10 end
            + case rules.severity
                when 'critical' then 1
                when 'high' then 2
                when 'medium' then 3
                else 4
            end as bigint
        ) as priority,
        {{ rounded('seen.value', 6) }} as value,
        {{ rounded('seen.compared_with', 6) }} as compared_with,
        rules.kpi
        || ' ' || cast(
            cast({{ rounded('seen.value', 4) }} as decimal(18, 4)) as {{ dbt.type_string() }}
        )
        || ' on ' || cast(lives.last_seen_on as {{ dbt.type_string() }})
        || ', compared with ' || cast(
            cast({{ rounded('seen.compared_with', 4) }} as decimal(18, 4))
            as {{ dbt.type_string() }}
        ) as evidence,
        rules.playbook_en as playbook,
        coalesce(rules.playbook_zh, rules.playbook_en) as playbook_zh,
        acknowledgements.acknowledged_on,
        acknowledgements.note as acknowledged_note

    from lives
    inner join rules
        on lives.alert = rules.alert
    inner join numbered as seen
        on
            lives.alert = seen.alert
            and lives.dimension_value = seen.dimension_value
            and lives.last_seen_on = seen.as_of_date
    left join {{ ref('alert_acknowledgements') }} as acknowledgements
        on
            lives.alert = acknowledgements.alert
            and lives.dimension_value = coalesce(acknowledgements.dimension_value, 'all')
            and lives.opened_on = acknowledgements.opened_on

)

select * from final
