with

pending as (

    select * from {{ ref('stg_pending_loads') }}

),

earlier_loads as (

    select load_date from {{ source('raw', 'loads') }}
    except
    select load_date from pending

),

replaced as (

    -- The verdict on an id can change also when one of its copies is replaced.
    select message_hash
    from {{ previous('int_known_duplicates', {
        'message_hash': 'bigint', 'load_date': 'date', 'first_load_date': 'date'
    }) }} as known
    where
        load_date in (select pending.load_date from pending)
        or first_load_date in (select pending.load_date from pending)

),

arrivals as (

    -- Eight bytes of hash are cheap to group; only what repeats is compared by its whole id.
    select
        message_hash,
        count(*) as copies

    from {{ ref('stg_events') }}
    where load_date in (select pending.load_date from pending)
    group by message_hash

),

looked_for as (

    -- Nothing, where there is no earlier load to look into.
    select message_hash from arrivals
    where exists (select earlier_loads.load_date from earlier_loads)
    union
    select message_hash from replaced

),

final as (

    select
        message_hash,
        cast(null as date) as earlier_load_date

    from arrivals
    where copies > 1

    union

    select
        message_hash,
        load_date as earlier_load_date

    from {{ ref('stg_events') }}
    where
        load_date in (select earlier_loads.load_date from earlier_loads)
        and message_hash in (select looked_for.message_hash from looked_for)

)

select * from final
