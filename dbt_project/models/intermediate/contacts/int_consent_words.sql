{#- No view, as its neighbours are: its text is longer than Spark's own metastore keeps. -#}
{#- The events whose name tells no channel. -#}
{% set unnamed = ['Consent Changed', 'User Deleted'] %}
{% for name, channel in refusal_events().items() if not channel %}
{% set _ = unnamed.append(name) %}
{% endfor %}
{% set plan = '"[a-z_]*(plan|price|product)[a-z_]*"[ ]*:' %}

with

lines as (

    {{ contact_events([
        'message_id', 'user_id', 'type', 'event', 'properties', 'traits', 'context', 'occurred_at',
        'event_date'
    ]) }}

),

events as (

    select
        *,
        coalesce({{ folded(json_text('properties', 'channel')) }}, '') as said,
        coalesce({{ json_length('properties', 'channel') }}, 0) as parts,
        coalesce({{ folded(json_text('properties', 'granted')) }}, '') as granted,
        {{ first_told(state_names()) }} as state,
        translate({{ first_told(body_names()) }}, '!?,;"。', '') as body

    from lines
    where
        type in ('track', 'refusal')
        and event in (
            {{ quoted(refusal_events().keys() | list + ['Consent Changed', 'User Deleted']) }}
        )

),

names as (

    select * from {{ ref('int_channel_names') }}

),

judged as (

    -- Whatever is no plain yes is a no, and one that cannot be read is told. A text is one only by
    -- its word. Who sells subscriptions has the name too: a plan that changed says nothing.
    select
        message_id,
        said,
        parts,
        event,
        case
            when event = 'User Deleted' then 'deleted'
            when event = 'Consent Changed' and granted in ('true', '1', 'yes', 'y') then 'granted'
            when event = 'Consent Changed' and granted not in ('false', '0', 'no', 'n')
                then 'unread'
            when event not in ({{ quoted(stated_events()) }}) then 'refused'
            when
                state in ({{ subscription_states('refused') }})
                or body in ({{ subscription_states('stop') }})
                then 'refused'
            when
                event <> 'Subscription Changed'
                and coalesce(state, body) is not null
                then 'nothing'
            when state in ({{ subscription_states('granted') }})
                -- A yes must name what it is a yes to.
                then case when said = '' then 'nothing' else 'granted' end
            when
                event = 'Subscription Changed'
                and said = ''
                and {{ has_match('lower(properties)', plan) }}
                then 'nothing'
            else 'unread'
        end as reading

    from events

),

said as (

    select
        message_id,
        said,
        parts,
        event,
        case when reading = 'unread' then 'refused' else reading end as word,
        reading <> 'unread' as is_read

    from judged
    where reading <> 'nothing'

),

told as (

    -- What is kept of a person, or sent by a form with any event. A line set aside has been heard.
    select
        message_id,
        lower(concat_ws(' ', {{ places_of_words() | join(', ') }})) as said,
        lower(concat_ws(' ', traits, context)) as of_person,
        coalesce({{ is_of_preferences('event') }}, false) as is_of_preferences

    from lines
    where
        type <> 'refusal'
        and {{ may_refuse('event') }}

),

words as (

    select
        message_id,
        case when event = 'User Deleted' then '' else said end as said,
        parts,
        word,
        is_read

    from said
    where
        event in ({{ quoted(unnamed) }})
        or said <> ''

    union

    select
        message_id,
        case event
            {%- for name, channel in refusal_events().items() if channel %}
            when '{{ name }}' then '{{ channel }}'
            {%- endfor %}
        end as said,
        0 as parts,
        word,
        is_read

    from said
    where event not in ({{ quoted(unnamed) }})
    {% for channel in [''] + names_of_channels().keys() | list %}
    union

    select
        message_id,
        '{{ channel }}' as said,
        0 as parts,
        'refused' as word,
        true as is_read

    from told
    where {{ is_refused(channel) }}
    {% endfor %}

),

met as (

    -- A list names each of its channels.
    select
        words.message_id,
        words.said,
        names.channel,
        count(*) as names_met

    from words
    inner join names
        on
            words.said = names.name
            or (words.parts > 0 and position('"' || names.name || '"' in words.said) > 0)
    group by words.message_id, words.said, names.channel

),

understood as (

    select
        message_id,
        said,
        sum(names_met) as names_met

    from met
    group by message_id, said

),

final as (

    -- No channel and `all` mean every channel, and so does a refusal that nobody understands whole.
    select
        events.user_id,
        channels.channel,
        words.word,
        words.is_read,
        events.message_id,
        events.occurred_at,
        events.event_date

    from words
    inner join lines as events
        on words.message_id = events.message_id
    cross join {{ ref('channels') }} as channels
    left join met
        on
            words.message_id = met.message_id
            and words.said = met.said
            and channels.channel = met.channel
    left join understood
        on
            words.message_id = understood.message_id
            and words.said = understood.said
    where
        met.channel is not null
        or words.said in ('', 'all')
        or (
            words.word = 'refused'
            and (
                understood.names_met is null
                or understood.names_met < words.parts
            )
        )

)

select * from final
