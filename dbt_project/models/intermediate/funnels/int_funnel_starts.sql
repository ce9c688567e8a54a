with

seen as (

    select
        funnel,
        step,
        min(event_date) as first_date

    from {{ ref('int_funnel_events') }}
    group by funnel, step

),

steps as (

    select
        funnels.funnel,
        cast(funnels.step as bigint) as step,
        max(coalesce(seen.first_date, date '9999-12-31')) over (
            partition by funnels.funnel
            order by funnels.step
            rows between unbounded preceding and current row
        ) as first_date

    from {{ ref('funnels') }} as funnels
    left join seen
        on
            funnels.funnel = seen.funnel
            and funnels.step = seen.step

),

final as (

    -- Beyond a step that was never seen nobody can get.
    select
        funnel,
        step,
        first_date

    from steps
    where first_date < date '9999-12-31'

)

select * from final
