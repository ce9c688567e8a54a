with

totals as (

    select * from {{ ref('int_user_totals') }}

),

rules as (

    select * from {{ ref('warning_levels') }}

),

weights as (

    select
        max(case when parameter = 'activity_weight_day' then cast(value as double) end) as per_day,
        max(case when parameter = 'activity_weight_session' then cast(value as double) end)
            as per_session,
        max(case when parameter = 'activity_weight_hour' then cast(value as double) end) as per_hour

    from {{ ref('parameters') }}

),

tracking as (

    -- Where a product tracks no logins or interactions at all, any activity stands in.
    select
        count(last_login_date) > 0 as has_logins,
        count(last_interaction_date) > 0 as has_interactions

    from totals

),

measured as (

    select
        totals.user_id,
        totals.base_active_days,
        {{ days_between(
            "case when tracking.has_logins"
            " then coalesce(totals.last_login_date, totals.first_active_date)"
            " else totals.last_active_date end",
            as_of_date()
        ) }} as days_since_login,
        {{ days_between(
            "case when tracking.has_interactions"
            " then coalesce(totals.last_interaction_date, totals.first_active_date)"
            " else totals.last_active_date end",
            as_of_date()
        ) }} as days_since_interaction,
        {{ activity_index('totals.recent', 'weights') }} as activity_index,
        {{ activity_index('totals.base', 'weights') }} as previous_activity_index

    from totals
    cross join tracking
    cross join weights
    where totals.first_active_date is not null

),

matched as (

    select
        measured.*,
        rules.warning_level,
        rules.signal,
        rules.action_1,
        rules.action_2,
        row_number() over (
            partition by measured.user_id order by rules.warning_level desc
        ) as severity_rank

    from measured
    inner join rules
        on (
            rules.signal = 'login'
            and measured.days_since_login >= rules.silent_days
        )
        or (
            rules.signal = 'interaction'
            and measured.days_since_interaction >= rules.silent_days
        )
        or (
            rules.signal = 'activity_index'
            and measured.base_active_days >= rules.min_base_days
            and measured.activity_index
            <= measured.previous_activity_index * (1 - rules.drop_share) + 1e-9
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
