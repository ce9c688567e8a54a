{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_business_events') }}

),

roles as (

    select * from {{ ref('int_event_roles') }}

),

told as (

    select
        events.*,
        events.event in ('Complaint Closed', 'Feedback Answered', 'Suggestion Answered')
            as is_answer,
        case
            when roles.is_complaint then 'complaint'
            when roles.is_failure then 'failure'
            when events.event in ('Suggestion Submitted', 'Suggestion Answered') then 'suggestion'
            else 'feedback'
        end as kind,
        case
            when roles.is_complaint then {{ json_text('events.properties', 'complaint_id') }}
            when events.event in ('Suggestion Submitted', 'Suggestion Answered')
                then {{ json_text('events.properties', 'suggestion_id') }}
            when events.event in ('Feedback Submitted', 'Feedback Answered')
                then {{ json_text('events.properties', 'feedback_id') }}
        end as given_id

    from events
    inner join roles
        on events.event = roles.event
    where
        roles.is_complaint
        or roles.is_failure
        or events.event in (
            'Feedback Submitted', 'Feedback Answered', 'Suggestion Submitted',
            'Suggestion Answered', 'Survey Answered'
        )

),

final as (

    -- What has no id of its own is a case by itself, and nothing can answer it.
    select
        kind,
        is_answer,
        coalesce(
            nullif(trim(given_id), ''), case when not is_answer then message_id end
        ) as case_id,
        user_id,
        coalesce(
            case
                when kind = 'complaint'
                    then nullif(lower(trim({{ json_text('properties', 'kind') }})), '')
            end,
            event
        ) as topic,
        lower(trim({{ json_text('properties', 'state') }})) as state,
        occurred_at,
        load_date,
        source_file,
        source_line,
        event_date

    from told

)

select * from final
