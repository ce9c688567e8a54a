{#- Read twice: DuckDB works it out faster than it writes it down, Spark would not. -#}
{{ config(materialized='view' if target.type == 'duckdb' else 'table') }}

with

members as (

    select * from {{ ref('int_cohort_members') }}

),

visits as (

    select
        members.*,
        {{ period_number('members.period', 'user_periods.period_start') }}
        - {{ period_number('members.period', 'members.cohort_start') }} as period_number,
        user_periods.is_present,
        user_periods.orders,
        user_periods.net_revenue

    from members
    inner join {{ ref('int_user_periods') }} as user_periods
        on
            members.basis = user_periods.basis
            and members.period = user_periods.period
            and members.user_id = user_periods.user_id
            and members.cohort_start <= user_periods.period_start
    where members.clock = 'calendar'

    union all

    select
        members.*,
        windows.period_number,
        windows.is_present,
        windows.orders,
        windows.net_revenue

    from members
    inner join {{ ref('int_cohort_windows') }} as windows
        on
            members.cohort_by = windows.cohort_by
            and members.user_id = windows.user_id
    where members.clock = 'rolling_24h'

),

final as (

    select
        cohort_by,
        period,
        clock,
        cohort_start,
        user_id,
        channel,
        country,
        platform,
        incentive_mix,
        period_number,
        is_present,
        coalesce(period_number = last_number, false) as is_last,
        orders,
        net_revenue

    from visits

)

select * from final
