{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure in ('closed_complaints', 'complaint_hours')

),

closed as (

    select * from {{ ref('int_complaints') }}
    where
        {{ is_landed('closed_date') }}
        and {{ is_in_reach('closed_date') }}

),

final as (

    -- Hours are told in seconds yet.
    select
        terms.measure,
        terms.window_days,
        closed.user_id,
        closed.closed_date as from_date,
        closed.closed_date + terms.window_days as to_date,
        {{ money(
            "case terms.measure when 'closed_complaints' then 1 else floor(("
            ~ epoch_micros('closed.closed_at') ~ ' - ' ~ epoch_micros('closed.opened_at')
            ~ ') / 1000000) end'
        ) }} as amount

    from closed
    cross join terms

)

select * from final
