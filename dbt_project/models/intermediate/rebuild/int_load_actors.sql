{{ rebuilt_by('load_date', 'int_identity_loads') }}

with

arrivals as (

    select * from {{ ref('stg_events') }}
    where load_date in (select loads.load_date from {{ ref('int_identity_loads') }} as loads)

),

final as (

    -- One pass over what arrived: its days, its people and who was seen with whom come from here.
    select
        arrivals.known_id,
        arrivals.anonymous_id,
        arrivals.event_date,
        cast(count(*) as bigint) as events,
        -- A surplus copy, or a line in conflict with the first, joins nobody.
        min(case when duplicates.message_hash is null then arrivals.occurred_at end) as first_at,
        -- The place in the file too: it decides which of two events at one instant came first. And
        -- what was read of the line: by a later reader the same line may be another event.
        {{ hash_sum([
            'arrivals.message_hash', 'arrivals.payload_hash', 'arrivals.source_file',
            'arrivals.source_line', 'arrivals.order_id', 'arrivals.amount', 'arrivals.currency',
            'arrivals.platform', 'arrivals.country', 'arrivals.campaign_source'
        ]) }} as content_sum,
        arrivals.load_date

    from arrivals
    left join {{ ref('int_event_duplicates') }} as duplicates
        on
            arrivals.message_hash = duplicates.message_hash
            and arrivals.load_date = duplicates.load_date
            and arrivals.source_file = duplicates.source_file
            and arrivals.source_line = duplicates.source_line
    group by
        arrivals.known_id, arrivals.anonymous_id, arrivals.event_date, arrivals.load_date

)

select * from final
