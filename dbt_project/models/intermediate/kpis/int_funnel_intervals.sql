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

known as (

    -- A funnel tells nothing before each of its steps was seen.
    select
        starts.funnel,
        starts.step,
        starts.first_date

    from {{ ref('int_funnel_starts') }} as starts
    inner join last_steps
        on
            starts.funnel = last_steps.funnel
            and starts.step = last_steps.step

),

final as (

    -- Who has got there stays there.
    select
        terms.measure,
        terms.window_days,
        users.user_id,
        greatest(users.reached_date, known.first_date) as from_date,
        date '9999-12-31' as to_date,
        {{ money('1') }} as amount

    from {{ ref('int_funnel_users') }} as users
    inner join known
        on users.funnel = known.funnel
    inner join terms
        on users.step = case terms.measure when 'funnel_entries' then 1 else known.step end
    where users.is_reached

)

select * from final
