with

pending as (

    select * from {{ ref('stg_pending_loads') }}

),

repeated as (

    select * from {{ ref('int_repeated_hashes') }}

),

known as (

    select *
    from {{ previous('int_known_duplicates', {
        'message_id': 'string', 'message_hash': 'bigint', 'load_date': 'date',
        'source_file': 'string', 'source_line': 'bigint', 'event_date': 'date',
        'is_conflict': 'boolean', 'first_load_date': 'date'
    }) }}

),

ranked as (

    -- By load day as well, so that only the files that hold a copy are opened.
    select
        *,
        row_number() over (
            partition by message_id order by load_date, source_file, source_line
        ) as arrival_rank

    from (
        select
            message_id,
            message_hash,
            payload_hash,
            load_date,
            source_file,
            source_line,
            event_date

        from {{ ref('stg_events') }}
        where
            message_hash in (select repeated.message_hash from repeated)
            and load_date in (
                select pending.load_date from pending
                union
                select repeated.earlier_load_date from repeated
            )
    ) as copies

),

final as (

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

    union all

    -- The verdicts that nothing of this run has a bearing on.
    select * from known
    where
        message_hash not in (select repeated.message_hash from repeated)
        and load_date not in (select pending.load_date from pending)
        and first_load_date not in (select pending.load_date from pending)

)

select * from final
