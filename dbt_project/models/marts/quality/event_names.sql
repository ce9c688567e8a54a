with

names as (

    select
        event,
        min(event_date) as first_seen_date,
        max(event_date) as last_seen_date,
        cast(sum(events) as bigint) as events,
        cast(count(distinct user_id) as bigint) as users

    from {{ ref('int_name_days') }}
    where event_date <= {{ as_of_date() }}
    group by event

),

final as (

    select
        names.event,
        roles.event is not null as is_known,
        names.first_seen_date,
        names.last_seen_date,
        names.events,
        names.users

    from names
    left join {{ ref('int_event_roles') }} as roles
        on names.event = roles.event

)

select * from final
