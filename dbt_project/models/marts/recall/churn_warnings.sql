with

signals as (

    select * from {{ ref('int_churn_signals') }}

),

rules as (

    select * from {{ ref('warning_levels') }}

),

parameters as (

    select {{ whole_number('value') }} as recent_days
    from {{ ref('parameters') }}
    where parameter = 'recent_days'

),

matched as (

    -- Whoever is not silent enough for a level is judged by the next lower one.
    select
        signals.*,
        rules.warning_level,
        rules.signal,
        rules.silent_days,
        rules.drop_share,
        rules.action_1,
        rules.action_2,
        row_number() over (
            partition by signals.user_id order by rules.warning_level desc
        ) as severity_rank

    from signals
    inner join rules
        on
            {{ is_silent('signals', 'rules.min_silent_days') }}
            and (
                (
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
                    and signals.previous_activity_index > 0
                    and signals.activity_index
                    <= signals.previous_activity_index * (1 - rules.drop_share) + 1e-9
                )
            )

),

told as (

    -- What was found, and the number of the rule it was found by.
    select
        *,
        {{ whole_number(
            "case signal when 'login' then days_since_login"
            " when 'interaction' then days_since_interaction"
            " else " ~ rounded('100 * (1 - activity_index / previous_activity_index)', 0) ~ " end"
        ) }} as observed,
        {{ whole_number(
            "case when signal = 'activity_index' then " ~ rounded('100 * drop_share', 0)
            ~ " else silent_days end"
        ) }} as limit_of_rule

    from matched
    cross join parameters
    where severity_rank = 1

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        user_id,
        cast(warning_level as bigint) as warning_level,
        days_since_login,
        days_since_interaction,
        days_since_activity,
        days_since_order,
        activity_index,
        previous_activity_index,
        {{ rate('activity_index - previous_activity_index', 'previous_activity_index') }}
            as activity_change,
        case signal
            when 'login' then observed || ' days without login (rule: ' || limit_of_rule || ')'
            when 'interaction'
                then observed || ' days without interaction (rule: ' || limit_of_rule || ')'
            else
                'activity down ' || observed || '% on the ' || recent_days
                || ' days before (rule: ' || limit_of_rule || '%)'
        end as reason,
        case signal
            when 'login' then observed || ' 天未登录（规则：' || limit_of_rule || ' 天）'
            when 'interaction' then observed || ' 天未互动（规则：' || limit_of_rule || ' 天）'
            else
                '活跃度较前 ' || recent_days || ' 天下降 ' || observed
                || '%（规则：' || limit_of_rule || '%）'
        end as reason_zh,
        action_1,
        action_2

    from told

)

select * from final
