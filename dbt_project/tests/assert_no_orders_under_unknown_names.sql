{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'event_names'}}}) }}
-- An event name that no rule knows is activity and nothing more: orders under it are in no number.
-- Each one found brought an order id, or came on a day most of whose events bear such names. Map it
-- to a published name by `values` of its source, or give it roles in event_roles.csv.
with

unknown as (

    select event from {{ ref('event_names') }}
    where not is_known

),

days as (

    select
        name_days.event_date,
        name_days.event,
        unknown.event is not null as is_unknown,
        sum(name_days.events) as events,
        sum(name_days.order_lines) as order_lines

    from {{ ref('int_name_days') }} as name_days
    left join unknown
        on name_days.event = unknown.event
    where
        name_days.event_date in (
            select touched.event_date from {{ ref('int_touched_days') }} as touched
        )
    group by name_days.event_date, name_days.event, unknown.event is not null

),

shares as (

    select
        event_date,
        sum(case when is_unknown then events else 0 end) as unknown_events,
        sum(events) as events

    from days
    group by event_date

)

select distinct days.event
from days
inner join shares
    on days.event_date = shares.event_date
where
    days.is_unknown
    and (
        days.order_lines > 0
        or shares.unknown_events * 2 > shares.events
    )
