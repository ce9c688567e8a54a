with

events as (

    select * from {{ ref('stg_events') }}

),

pending as (

    select * from {{ ref('stg_pending_loads') }}

),

known as (

    select *
    from {{ previous('int_known_duplicates', {
        'message_id': 'string', 'message_hash': 'bigint', 'load_date': 'date',
        'source_file': 'string', 'source_line': 'bigint', 'event_date': 'date',
        'is_conflict': 'boolean', 'first_load_date': 'date'
    }) }}

),

affected as (

    -- An id can change its verdict when it arrives, or when one of its copies is replaced.
    select events.message_hash
    from events
    where events.load_date in (select pending.load_date from pending)
    union all
    select known.message_hash
    from known
    where
        known.load_date in (select pending.load_date from pending)
        or known.first_load_date in (select pending.load_date from pending)

),

candidates as (

    -- Eight bytes of hash are cheap to group; only what repeats is compared by its whole id.
    select events.message_hash
    from events
    where events.message_hash in (select affected.message_hash from affected)
    group by events.message_hash
    having count(*) > 1

),

candidate_loads as (

    select
        events.message_hash,
        events.load_date

    from events
    where events.message_hash in (select candidates.message_hash from candidates)
    group by events.message_hash, events.load_date

),

ranked as (

    -- By load day as well, so that only the files that hold a copy are opened.
    select
        events.message_id,
        events.message_hash,
        events.payload_hash,
        events.load_date,
        events.source_file,
        events.source_line,
        events.event_date,
        row_number() over (
            partition by events.message_id
            order by events.load_date, events.source_file, events.source_line
        ) as arrival_rank

    from events
    inner join candidate_loads
        on
            events.load_date = candidate_loads.load_date
            and events.message_hash = candidate_loads.message_hash

),

judged as (

    select
        later.message_id,
        later.message_hash,
        later.load_date,
        later.source_file,
        later.source_line,
        later.event_date,
        later.payload_hash <> first_one.payload_hash as is_conflict,
        first_one.load_date as first_load_date

    from ranked as later
    inner join ranked as first_one
        on
            later.message_id = first_one.message_id
            and first_one.arrival_rank = 1
    where later.arrival_rank > 1

),

unaffected as (

    select *
    from known
    where known.message_hash not in (select affected.message_hash from affected)

),

final as (

    select * from judged
    union all
    select * from unaffected

)

select * from final
