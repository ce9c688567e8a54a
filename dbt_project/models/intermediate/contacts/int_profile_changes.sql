{{ rebuilt_by('event_date', 'int_touched_days') }}
{% set birthday = "trim(" ~ json_text('events.traits', 'birthday') ~ ")" %}
{#- What senders call the address that their event is of. -#}
{% set addressed = {
    'email': ['email_address', 'emailAddress', 'recipient'],
    'phone': ['phone_number', 'phoneNumber', 'mobile'],
} %}
{% set bounce = folded("coalesce(" ~ json_text('events.properties', 'type') ~ ", "
    ~ json_text('events.properties', 'bounce_type') ~ ", " ~ json_text('events.properties', 'bounceType')
    ~ ", " ~ json_text('events.properties', 'severity') ~ ")") %}
{% set today = 'cast(events.event_date as ' ~ dbt.type_string() ~ ')' %}

with

events as (

    {{ contact_events([
        'message_id', 'actor_id', 'user_id', 'type', 'event', 'properties', 'traits', 'context',
        'occurred_at', 'load_date', 'source_file', 'source_line', 'event_date'
    ]) }}

),

fields as (

    -- Channels may share a contact: a phone number takes calls and messages.
    select contact_field from {{ ref('channels') }}
    group by contact_field

),

given as (

    -- Whatever any channel can be reached by: what an identify says is the account's own; a word or
    -- an event of a message may name the address it speaks of, also as the id of its user.
    select
        events.message_id,
        case when events.type = 'identify' then 'address' else 'named' end as kind,
        fields.contact_field as subject,
        case
            when events.type = 'identify'
                then {{ json_text_at('events.traits', 'fields.contact_field') }}
            else coalesce(
                {{ json_text_at('events.properties', 'fields.contact_field') }},
                {%- for field, names in addressed.items() %}
                {%- for name in names %}
                case
                    when fields.contact_field = '{{ field }}'
                        then {{ json_text('events.properties', name) }}
                end,
                {%- endfor %}
                {%- endfor %}
                {{ json_text_at('events.context', "'traits.' || fields.contact_field") }},
                case
                    when fields.contact_field = 'email' and events.actor_id like '%_@_%'
                        then events.actor_id
                end
            )
        end as written

    from events
    cross join fields
    where
        events.type = 'identify'
        or events.event in ({{ quoted(refusal_events().keys() | list + ['Consent Changed']) }})
        or events.event like 'Email %'

),

written as (

    select
        message_id,
        kind,
        subject,
        {{ cleaned('written') }} as written

    from given
    where written is not null

),

apart as (

    select * from written
    union all
    select
        message_id,
        'named' as kind,
        subject,
        written

    from (
        {{ told_apart('written', ['message_id', 'subject'], 'written') }}
    ) as others

),

addresses as (

    {{ contact_addresses('apart', ['message_id', 'kind', 'subject'], 'subject', 'written') }}

),

words as (

    select
        message_id,
        word as kind,
        channel as subject,
        case when not is_read then 'unread' end as value

    from {{ ref('int_consent_words') }}

),

signals as (

    -- Whether e-mail arrives; the address named, or else the one the account had then.
    select
        events.message_id,
        case
            when events.event in ('Email Bounced', 'Email Failed') then 'bounced'
            else 'reached'
        end as kind,
        'email' as subject,
        nullif(addresses.address, '') as value

    from events
    left join addresses
        on
            events.message_id = addresses.message_id
            and addresses.subject = 'email'
    where
        events.type = 'track'
        and (
            events.event in ('Email Delivered', 'Email Opened', 'Email Link Clicked')
            or (
                events.event = 'Email Bounced'
                and coalesce(
                    {{ bounce }} not like 'soft%'
                    and {{ bounce }} not like 'transient%'
                    and {{ bounce }} not like 'temporary%',
                    true
                )
            )
            -- Of a failure only one that is said to last.
            or (
                events.event = 'Email Failed'
                and ({{ bounce }} like 'hard%' or {{ bounce }} like 'permanent%')
            )
        )

),

uninstalled as (

    -- Nothing is pushed to an application that is gone, until it tells a token again.
    select
        events.message_id,
        'address' as kind,
        channels.contact_field as subject,
        '' as value

    from events
    inner join {{ ref('channels') }} as channels
        on channels.channel = 'push'
    where
        events.type = 'track'
        and events.event = 'Application Uninstalled'

),

names as (

    select
        message_id,
        'name' as kind,
        'name' as subject,
        coalesce(
            {{ json_text('traits', 'name') }},
            concat_ws(
                ' ', {{ json_text('traits', 'firstName') }}, {{ json_text('traits', 'lastName') }}
            )
        ) as value

    from events
    where
        type = 'identify'
        and not is_excluded

),

subjects as (

    select subject from {{ ref('tags') }}
    where input = 'trait'
    group by subject

),

traits as (

    -- What people are tagged by; a rule names no contact (warehouse/rules/tags.py). Who tells no
    -- age but a birthday tells the years that have passed since on the day it is told.
    select
        events.message_id,
        'trait' as kind,
        subjects.subject,
        coalesce(
            nullif(lower(trim({{ json_text_at('events.traits', 'subjects.subject') }})), ''),
            case
                when
                    subjects.subject = 'age'
                    and try_cast(substr({{ birthday }}, 1, 10) as date) <= events.event_date
                    then cast(
                        try_cast(substr({{ today }}, 1, 4) as integer)
                        - try_cast(substr({{ birthday }}, 1, 4) as integer)
                        - case
                            when substr({{ birthday }}, 6, 5) > substr({{ today }}, 6, 5) then 1
                            else 0
                        end as {{ dbt.type_string() }}
                    )
            end
        ) as value

    from events
    cross join subjects
    where
        events.type = 'identify'
        and not events.is_excluded

),

changes as (

    select
        message_id,
        kind,
        subject,
        address as value

    from addresses
    where
        kind = 'address'
        or address <> ''
    union all
    select * from words
    union all
    select * from signals
    union all
    select * from uninstalled
    union all
    select * from names
    where value <> ''
    union all
    select * from traits
    where value <> ''

),

final as (

    select
        events.user_id,
        changes.kind,
        changes.subject,
        case
            when changes.kind = 'refused' and events.type = 'refusal' then 'aside'
            else changes.value
        end as value,
        events.occurred_at,
        events.load_date,
        events.source_file,
        events.source_line,
        events.event_date

    from changes
    inner join events
        on changes.message_id = events.message_id

)

select * from final
