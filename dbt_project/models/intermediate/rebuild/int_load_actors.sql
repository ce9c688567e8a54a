{{ rebuilt_by('load_date', 'stg_pending_loads') }}

with

arrivals as (

    select * from {{ ref('stg_events') }}
    where load_date in (select pending.load_date from {{ ref('stg_pending_loads') }} as pending)

),

final as (

    -- One pass over what arrived: its days, its people and who was seen with whom come from here.
    select
        known_id,
        anonymous_id,
        event_date,
        cast(count(*) as bigint) as events,
        min(occurred_at) as first_at,
        -- The place in the file too: it decides which of two events at one instant came first.
        {{ hash_sum(['message_hash', 'payload_hash', 'source_file', 'source_line']) }}
            as content_sum,
        load_date

    from arrivals
    group by known_id, anonymous_id, event_date, load_date

)

select * from final
