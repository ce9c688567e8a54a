{{ rebuilt_by('event_date', 'int_touched_days') }}

with

steps as (

    select * from {{ ref('int_funnel_lines') }}

),

parameters as (

    {{ session_gap() }}

),

placed as (

    -- As the lines arrived, the later step first: an event that is two steps follows not itself.
    select
        steps.*,
        row_number() over day_line as day_position,
        lag(steps.step) over day_line as step_before,
        lead(steps.step) over day_line as step_after,
        -- An activity and what comes within the session gap are of one session.
        lag(steps.is_activity) over day_line
        and lag(steps.at_micros) over day_line >= steps.at_micros - parameters.gap_micros
            as is_with_before,
        steps.is_activity
        and lead(steps.at_micros) over day_line <= steps.at_micros + parameters.gap_micros
            as is_with_after

    from steps
    cross join parameters
    window
        day_line as (
            partition by steps.event_date, steps.user_id, steps.funnel
            order by
                steps.at_micros asc,
                steps.load_date asc,
                steps.source_file asc,
                steps.source_line asc,
                steps.step desc
        )

),

final as (

    -- Of a step repeated within a session one says it all: the last of the first step, which leaves
    -- the most of the window, and the first of any other, which is soonest within it.
    select
        funnel,
        step,
        window_micros,
        user_id,
        at_micros,
        day_position,
        event_date

    from placed
    where
        case
            when step = 1 then not coalesce(step_after = 1 and is_with_after, false)
            else not coalesce(step_before = step and is_with_before, false)
        end

)

select * from final
