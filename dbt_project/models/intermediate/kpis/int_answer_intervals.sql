{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure in ('closed_complaints', 'complaint_hours')

),

closed as (

    select * from {{ ref('int_feedback_cases') }}
    where
        kind = 'complaint'
        and {{ is_landed('answered_date') }}
        and {{ is_in_reach('answered_date') }}

),

final as (

    -- Hours are told in seconds yet.
    select
        terms.measure,
        terms.window_days,
        closed.user_id,
        closed.answered_date as from_date,
        closed.answered_date + terms.window_days as to_date,
        {{ money(
            "case terms.measure when 'closed_complaints' then 1 else floor(("
            ~ epoch_micros('closed.answered_at') ~ ' - ' ~ epoch_micros('closed.opened_at')
            ~ ') / 1000000) end'
        ) }} as amount

    from closed
    cross join terms

)

select * from final
