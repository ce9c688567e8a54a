{{ rebuilt_by('event_date', 'int_touched_days') }}

with

kinds as (

    {% for name, kind in loyalty_events().items() %}
    select
        '{{ name }}' as event,
        '{{ kind }}' as kind
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

texts as (

    select
        events.user_id,
        events.message_id,
        kinds.kind,
        case kinds.kind
            when 'task' then {{ json_text('events.properties', 'task') }}
            when 'benefit' then {{ json_text('events.properties', 'benefit') }}
            else {{ json_text('events.properties', 'lot_id') }}
        end as item,
        try_cast({{ json_text('events.properties', 'points') }} as decimal(18, 2)) as points,
        trim({{ json_text('events.properties', 'expires_at') }}) as expiry,
        events.occurred_at,
        events.event_date

    from {{ ref('int_business_events') }} as events
    inner join kinds
        on events.event = kinds.event

),

final as (

    -- A sender may sign what it takes away; what earns less than nothing earns nothing.
    select
        user_id,
        message_id as entry_id,
        kind,
        nullif(trim(item), '') as item,
        case
            when kind = 'earned' and points > 0 then points
            when kind in ('redeemed', 'expired') and points <> 0
                then cast(abs(points) as decimal(18, 2))
        end as points,
        {{ utc_time('expiry') }} as expires_at,
        case
            when length(expiry) = 10 then try_cast(expiry as date)
            else {{ local_date(utc_time('expiry')) }}
        end as expires_on,
        occurred_at,
        event_date

    from texts

)

select * from final
