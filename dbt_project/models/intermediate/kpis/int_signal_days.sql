{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_business_events') }}

),

roles as (

    select * from {{ ref('int_event_roles') }}

),

scored as (

    select
        events.user_id,
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
        user_id,
        cast(count_if(is_complaint) as bigint) as complaints,
        cast(count_if(coalesce(nps_score >= 9 and nps_score <= 10, false)) as bigint) as promoters,
        cast(count_if(coalesce(nps_score >= 0 and nps_score <= 6, false)) as bigint) as detractors,
        cast(count_if(coalesce(nps_score >= 0 and nps_score <= 10, false)) as bigint) as answers,
        event_date

    from scored
    group by user_id, event_date

)

select * from final
