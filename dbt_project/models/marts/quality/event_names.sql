with

names as (

    select
        event,
        max(stands_for) as stands_for,
        min(event_date) as first_seen_date,
        max(event_date) as last_seen_date,
        cast(sum(events) as bigint) as events,
        cast(count(distinct user_id) as bigint) as users

    from {{ ref('int_name_days') }}
    where event_date <= {{ as_of_date() }}
    group by event

),

roles as (

    select * from {{ ref('int_event_roles') }}

),

final as (

    select
        names.event,
        known.event is not null as is_known,
        names.stands_for,
        names.first_seen_date,
        names.last_seen_date,
        names.events,
        names.users

    from names
    left join roles as known
        on
            coalesce(names.stands_for, names.event) = known.event
            and known.stands_for is null

)

select * from final
