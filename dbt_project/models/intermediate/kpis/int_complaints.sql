{{ config(materialized='view') }}

with

events as (

    select * from {{ ref('int_complaint_events') }}
    where
        complaint_id <> ''
        and event_date <= {{ as_of_date() }}

),

opened as (

    -- Of two reports at one instant the lesser user, by its text.
    select
        complaint_id,
        min(occurred_at) as opened_at,
        min(event_date) as opened_date,
        substr(min({{ time_key('occurred_at') }} || user_id), 21) as user_id,
        max(kind) as kind

    from events
    where not is_closing
    group by complaint_id

),

final as (

    select
        opened.complaint_id,
        opened.user_id,
        opened.kind,
        opened.opened_at,
        opened.opened_date,
        min(closings.occurred_at) as closed_at,
        min(closings.event_date) as closed_date

    from opened
    left join events as closings
        on
            opened.complaint_id = closings.complaint_id
            and closings.is_closing
            and opened.opened_at <= closings.occurred_at
    group by
        opened.complaint_id,
        opened.user_id,
        opened.kind,
        opened.opened_at,
        opened.opened_date

)

select * from final
