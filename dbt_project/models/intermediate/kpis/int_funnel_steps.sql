{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure in ('funnel_entries', 'funnel_reaches')

),

reached as (

    select
        funnel,
        step,
        reached_date,
        count(*) as users

    from {{ ref('int_funnel_users') }}
    where is_reached
    group by funnel, step, reached_date

),

final as (

    -- Each step beside those who entered its funnel.
    select
        terms.measure,
        terms.window_days,
        'funnel_step' as dimension,
        funnels.funnel || '/' || {{ whole_number('funnels.step') }} as dimension_value,
        reached.reached_date as from_date,
        {{ money('reached.users') }} as amount

    from {{ ref('funnels') }} as funnels
    cross join terms
    inner join reached
        on
            funnels.funnel = reached.funnel
            and reached.step = case terms.measure when 'funnel_entries' then 1 else funnels.step end

)

select * from final
