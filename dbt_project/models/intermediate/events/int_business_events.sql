with

business as (

    select event from {{ ref('int_event_roles') }}
    where
        is_purchase
        or is_refund
        or is_cancel
        or is_complaint
        or is_failure
        or is_message
        or is_invite

    {% for name in [
        'Survey Answered', 'Feedback Submitted', 'Feedback Answered', 'Suggestion Submitted',
        'Suggestion Answered', 'Invite Accepted'
    ] + loyalty_events().keys() | list + consent_events() %}
    union all
    select '{{ name }}' as event
    {% endfor %}

),

lines as (

    -- Chosen before anything is joined, in one pass; of the texts only the one that is asked for.
    select
        message_id,
        actor_id,
        is_anonymous,
        type,
        event,
        case when is_business then order_id end as order_id,
        case when is_business then amount end as amount,
        case when is_business then currency end as currency,
        case when is_business or may_refuse then properties end as properties,
        case when not is_business then traits end as traits,
        case when is_of_consent or may_refuse then context end as context,
        occurred_at,
        load_date,
        source_file,
        source_line,
        event_date

    from (
        select
            *,
            coalesce(event in (select business.event from business), false) as is_business,
            coalesce(event in ({{ quoted(consent_events()) }}), false) as is_of_consent,
            {{ may_refuse('event') }} as may_refuse

        from {{ ref('int_touched_events') }}
    ) as events
    where
        is_business
        or may_refuse
        or type = 'identify'

),

final as (

    select
        lines.message_id,
        lines.actor_id,
        coalesce(identity_map.user_id, lines.actor_id) as user_id,
        lines.type,
        lines.event,
        lines.order_id,
        lines.amount,
        lines.currency,
        lines.properties,
        lines.traits,
        lines.context,
        lines.occurred_at,
        lines.load_date,
        lines.source_file,
        lines.source_line,
        lines.event_date

    from lines
    left join {{ ref('int_identity_map') }} as identity_map
        on
            lines.actor_id = identity_map.actor_id
            and lines.is_anonymous = identity_map.is_anonymous

)

select * from final
