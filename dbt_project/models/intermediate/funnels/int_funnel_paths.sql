{#- A view: read once, by `int_funnel_reached`. -#}
{{ config(materialized='view') }}

with

marks as (

    select * from {{ ref('int_funnel_marks') }}
    where user_id in (select changes.user_id from {{ ref('int_funnel_changes') }} as changes)

),

placed as (

    -- Sessions do not overlap: of those begun before a step, the last one ends last.
    select
        *,
        max(case when step is null then at_micros end) over time_line as begun_micros,
        max(ended_micros) over time_line as until_micros,
        row_number() over time_line as position_number

    from marks
    window
        time_line as (
            partition by user_id
            order by at_micros, day_position
            rows between unbounded preceding and current row
        )

),

steps as (

    select * from placed
    where step is not null

),

final as (

    -- All of a user's steps are one path, and those within the span of each session another.
    select
        user_id,
        funnel,
        'user' as grain,
        cast(0 as bigint) as begun_micros,
        step,
        window_micros,
        at_micros,
        position_number,
        event_date

    from steps

    union all

    select
        user_id,
        funnel,
        'session' as grain,
        begun_micros,
        step,
        window_micros,
        at_micros,
        position_number,
        event_date

    from steps
    where at_micros <= until_micros

)

select * from final
