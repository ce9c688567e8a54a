with

pending as (

    select * from {{ ref('stg_pending_loads') }}

),

repeated as (

    select * from {{ ref('int_repeated_hashes') }}

),

judged as (

    select
        load_date,
        source_file,
        source_line

    from {{ ref('int_event_duplicates') }}
    where message_hash in (select repeated.message_hash from repeated)

),

judged_before as (

    select
        load_date,
        source_file,
        source_line

    from {{ previous('int_known_duplicates', {
        'message_hash': 'bigint', 'load_date': 'date', 'source_file': 'string',
        'source_line': 'bigint'
    }) }} as known
    where message_hash in (select repeated.message_hash from repeated)

),

surplus as (

    select * from judged
    except
    select * from judged_before

),

freed as (

    select * from judged_before
    except
    select * from judged

),

final as (

    -- Where another copy counts than before, other people may have been seen together.
    select load_date from pending
    union
    select load_date from surplus
    union
    select load_date from freed

)

select * from final
