{{ rebuilt_by_user('int_funnel_changes') }}

with

changes as (

    select * from {{ ref('int_funnel_changes') }}

),

steps as (

    select
        user_id,
        funnel,
        step,
        grain,
        begun_micros,
        event_date

    from {{ ref('int_funnel_reached') }}

    union all

    -- Made, if not reached: a user without a row would be new in every run.
    select
        user_id,
        funnel,
        step,
        'none' as grain,
        cast(0 as bigint) as begun_micros,
        event_date

    from {{ ref('int_funnel_marks') }}
    where
        step > 1
        and user_id in (select changes.user_id from changes)

),

final as (

    select
        steps.user_id,
        steps.funnel,
        steps.step,
        count_if(steps.grain = 'user') > 0 as is_reached,
        min(case when steps.grain = 'user' then steps.event_date end) as reached_date,
        cast(
            count(distinct case when steps.grain = 'session' then steps.begun_micros end)
            as bigint
        ) as sessions,
        changes.input_fingerprint

    from steps
    inner join changes
        on steps.user_id = changes.user_id
    group by steps.user_id, steps.funnel, steps.step, changes.input_fingerprint

)

select * from final
