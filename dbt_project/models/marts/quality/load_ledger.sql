with

files as (

    select * from {{ source('raw', 'load_ledger') }}

),

duplicates as (

    select
        load_date,
        source_file,
        cast(count_if(not is_conflict) as bigint) as duplicates,
        cast(count_if(is_conflict) as bigint) as conflicts

    from {{ ref('int_event_duplicates') }}
    group by load_date, source_file

),

admitted as (

    select * from {{ source('raw', 'loads') }}

),

final as (

    -- Every line that arrived is in exactly one of the four classes.
    select
        files.load_date,
        files.source_file,
        files.file_sha256,
        files.format,
        cast(files.bytes as bigint) as bytes,
        cast(files.lines - coalesce(files.erased, 0) as bigint) as lines,
        cast(
            files.parsed - coalesce(duplicates.duplicates, 0) - coalesce(duplicates.conflicts, 0)
            as bigint
        ) as accepted,
        coalesce(duplicates.duplicates, 0) as duplicates,
        cast(files.quarantined + coalesce(duplicates.conflicts, 0) as bigint) as quarantined,
        cast(files.blank as bigint) as blank,
        files.outcome,
        admitted.load_date is not null as is_admitted

    from files
    left join duplicates
        on
            files.load_date = duplicates.load_date
            and files.source_file = duplicates.source_file
    left join admitted
        on files.load_date = admitted.load_date
    -- What was let in counts, not what waits beside it; of a day never let in, what came last.
    where coalesce(files.load_fingerprint = admitted.load_fingerprint, true)

)

select * from final
