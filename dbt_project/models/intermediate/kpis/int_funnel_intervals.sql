{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure in ('funnel_entries', 'funnel_reaches')

),

last_steps as (

    select
        funnel,
        max(step) as step

    from {{ ref('funnels') }}
    group by funnel

),

final as (

    -- Who has got there stays there.
    select
        terms.measure,
        terms.window_days,
        users.user_id,
        users.reached_date as from_date,
        date '9999-12-31' as to_date,
        {{ money('1') }} as amount

    from {{ ref('int_funnel_users') }} as users
    inner join last_steps
        on users.funnel = last_steps.funnel
    inner join terms
        on users.step = case terms.measure when 'funnel_entries' then 1 else last_steps.step end
    where users.is_reached

)

select * from final
