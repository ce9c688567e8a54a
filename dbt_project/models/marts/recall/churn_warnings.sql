with

signals as (

    select * from {{ ref('int_churn_signals') }}

),

rules as (

    select * from {{ ref('warning_levels') }}

),

matched as (

    select
        signals.*,
        rules.warning_level,
        rules.signal,
        rules.action_1,
        rules.action_2,
        row_number() over (
            partition by signals.user_id order by rules.warning_level desc
        ) as severity_rank

    from signals
    inner join rules
        on (
            rules.signal = 'login'
            and signals.days_since_login >= rules.silent_days
        )
        or (
            rules.signal = 'interaction'
            and signals.days_since_interaction >= rules.silent_days
        )
        or (
            rules.signal = 'activity_index'
            and signals.base_active_days >= rules.min_base_days
            and signals.activity_index
            <= signals.previous_activity_index * (1 - rules.drop_share) + 1e-9
        )

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        user_id,
        cast(warning_level as bigint) as warning_level,
        days_since_login,
        days_since_interaction,
        activity_index,
        previous_activity_index,
        {{ rate('activity_index - previous_activity_index', 'previous_activity_index') }}
            as activity_change,
        case signal
            when 'login'
                then cast(days_since_login as {{ dbt.type_string() }}) || ' days without login'
            when 'interaction'
                then
                    cast(days_since_interaction as {{ dbt.type_string() }})
                    || ' days without interaction'
            else
                'activity down '
                || cast(
                    cast(
                        round(100 * (1 - activity_index / nullif(previous_activity_index, 0)), 0)
                        as bigint
                    ) as {{ dbt.type_string() }}
                )
                || '% on the 30 days before'
        end as reason,
        action_1,
        action_2

    from matched
    where severity_rank = 1

)

select * from final
