{{ config(materialized='view') }}

with

lines as (

    {{ contact_events([
        'message_id', 'user_id', 'type', 'event', 'properties', 'traits', 'occurred_at', 'event_date'
    ]) }}

),

events as (

    select
        *,
        {{ event_word("coalesce(" ~ json_text('properties', 'subscription_status') ~ ", "
            ~ json_text('properties', 'subscriptionStatus') ~ ", " ~ json_text('properties', 'status')
            ~ ", " ~ json_text('properties', 'state') ~ ", " ~ json_text('properties', 'action') ~ ")") }} as state,
        {{ event_word("coalesce(" ~ json_text('properties', 'message_body') ~ ", "
            ~ json_text('properties', 'body') ~ ", " ~ json_text('properties', 'text') ~ ")") }} as body

    from lines
    where
        type = 'track'
        and event in (
            {%- for name in refusal_events() %}
            '{{ name }}',
            {%- endfor %}
            'Consent Changed',
            'User Deleted'
        )

),

names as (

    select * from {{ ref('int_channel_names') }}

),

said as (

    -- Whatever is no plain yes is a no.
    select
        message_id,
        coalesce({{ folded(json_text('properties', 'channel')) }}, '') as said,
        coalesce({{ json_length('properties', 'channel') }}, 0) as parts,
        case
            when event = 'User Deleted' then 'deleted'
            when
                event = 'Consent Changed'
                and {{ folded(json_text('properties', 'granted')) }} in ('true', '1', 'yes', 'y')
                then 'granted'
            when
                event = 'Subscription Changed'
                and state in ({{ subscription_states('granted') }})
                and coalesce(body not in ({{ subscription_states('stop') }}), true)
                then 'granted'
            else 'refused'
        end as word,
        event

    from events
    where
        event not in ('Subscription Changed', 'SMS Received')
        or state in ({{ subscription_states('refused') }})
        or body in ({{ subscription_states('stop') }})
        or (
            -- A yes must name what it is a yes to.
            event = 'Subscription Changed'
            and state in ({{ subscription_states('granted') }})
            and {{ folded(json_text('properties', 'channel')) }} <> ''
        )

),

told as (

    select
        message_id,
        lower(traits) as traits

    from lines
    where
        type = 'identify'
        and (
            lower(traits) like '%subscri%'
            or lower(traits) like '%opt%'
            or lower(traits) like '%accept%'
        )

),

words as (

    select
        message_id,
        case when event = 'User Deleted' then '' else said end as said,
        parts,
        word

    from said
    where
        event in ('Consent Changed', 'User Deleted', 'Opted Out', 'Subscription Changed')
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
        word

    from said
    where event not in ('Consent Changed', 'User Deleted', 'Opted Out', 'Subscription Changed')
    {% for channel, pattern in refusing_traits().items() %}
    union

    select
        message_id,
        '{{ channel }}' as said,
        0 as parts,
        'refused' as word

    from told
    where {{ has_match('traits', pattern) }}
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
