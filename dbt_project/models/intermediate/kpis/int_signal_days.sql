{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_touched_events') }}

),

roles as (

    select * from {{ ref('int_event_roles') }}

),

scored as (

    select
        events.event_date,
        coalesce(roles.is_complaint, false)
        and events.event <> 'Complaint Closed' as is_complaint,
        case
            when
                events.event = 'Survey Answered'
                and {{ json_text('events.properties', 'survey') }} = 'nps'
                then try_cast({{ json_text('events.properties', 'score') }} as double)
        end as nps_score

    from events
    inner join roles
        on events.event = roles.event
    where
        roles.is_complaint
        or events.event = 'Survey Answered'

),

final as (

    select
        cast(count_if(is_complaint) as bigint) as complaints,
        cast(count_if(nps_score >= 9) as bigint) as promoters,
        cast(count_if(nps_score <= 6) as bigint) as detractors,
        cast(count_if(nps_score is not null) as bigint) as answers,
        event_date

    from scored
    group by event_date

)

select * from final
