{#- Read twice: DuckDB works it out faster than it writes it down, Spark would not. -#}
{{ config(materialized='view' if target.type == 'duckdb' else 'table') }}

with

members as (

    select * from {{ ref('int_cohort_members') }}

),

user_periods as (

    select * from {{ ref('int_user_periods') }}

),

final as (

    select
        members.cohort_by,
        members.period,
        members.cohort_start,
        members.user_id,
        {{ period_number('members.period', 'user_periods.period_start') }}
        - {{ period_number('members.period', 'members.cohort_start') }} as period_number,
        user_periods.is_present,
        user_periods.orders,
        user_periods.net_revenue

    from members
    inner join user_periods
        on
            members.basis = user_periods.basis
            and members.period = user_periods.period
            and members.user_id = user_periods.user_id
            and members.cohort_start <= user_periods.period_start

)

select * from final
