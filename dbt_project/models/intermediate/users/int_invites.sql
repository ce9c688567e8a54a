{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_business_events') }}

),

roles as (

    select * from {{ ref('int_event_roles') }}

),

invites as (

    select
        events.message_id,
        events.user_id,
        case when events.event = 'Invite Accepted' then 'accepted' else 'sent' end as kind,
        case
            when events.event = 'Invite Accepted'
                then {{ cleaned(json_text('events.properties', 'inviter_id'), dashes=false) }}
        end as told,
        events.occurred_at,
        events.load_date,
        events.source_file,
        events.source_line,
        events.event_date

    from events
    left join roles
        on events.event = roles.event
    where
        events.event = 'Invite Accepted'
        or roles.is_invite

),

final as (

    -- Whom an acceptance names is told apart later: who that is, a later line may change.
    select
        message_id,
        user_id,
        kind,
        nullif({{ id_as_told('told') }}, '') as inviter,
        occurred_at,
        load_date,
        source_file,
        source_line,
        event_date

    from invites

)

select * from final
