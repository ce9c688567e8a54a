with

admitted as (

    select * from {{ source('raw', 'loads') }}

),

files as (

    -- What was let in counts, not what waits beside it; of a day never let in, what came last.
    select
        files.*,
        coalesce(files.events, files.parsed) as parsed_events,
        admitted.load_date is not null as is_admitted

    from {{ source('raw', 'load_ledger') }} as files
    left join admitted
        on files.load_date = admitted.load_date
    where coalesce(files.load_fingerprint = admitted.load_fingerprint, true)

),

surplus as (

    select
        load_date,
        source_file,
        source_line,
        cast(count(*) as bigint) as events,
        count_if(is_conflict) > 0 as is_conflict

    from {{ ref('int_event_duplicates') }}
    group by load_date, source_file, source_line

),

asked as (

    select distinct
        files.load_date,
        files.source_file

    from files
    inner join surplus
        on
            files.load_date = surplus.load_date
            and files.source_file = surplus.source_file
    where files.parsed_events > files.parsed

),

line_events as (

    -- Only where lines gave several events, and for files with copies, they have to be counted.
    select
        lines.load_date,
        lines.source_file,
        lines.source_line,
        count(*) as events

    from {{ ref('stg_events') }} as lines
    inner join asked
        on
            lines.load_date = asked.load_date
            and lines.source_file = asked.source_file
    group by lines.load_date, lines.source_file, lines.source_line

),

duplicates as (

    -- A line is used as long as one of its events counts.
    select
        surplus.load_date,
        surplus.source_file,
        sum(surplus.events) as events,
        count_if(
            not surplus.is_conflict and surplus.events >= coalesce(line_events.events, 1)
        ) as duplicates,
        count_if(
            surplus.is_conflict and surplus.events >= coalesce(line_events.events, 1)
        ) as conflicts

    from surplus
    left join line_events
        on
            surplus.load_date = line_events.load_date
            and surplus.source_file = line_events.source_file
            and surplus.source_line = line_events.source_line
    group by surplus.load_date, surplus.source_file

),

final as (

    -- Every line that arrived is in exactly one class.
    select
        files.load_date,
        files.source_file,
        files.file_sha256,
        files.format,
        cast(files.bytes as bigint) as bytes,
        cast(files.lines as bigint) as lines,
        cast(
            files.parsed - coalesce(duplicates.duplicates, 0) - coalesce(duplicates.conflicts, 0)
            as bigint
        ) as accepted,
        cast(coalesce(duplicates.duplicates, 0) as bigint) as duplicates,
        cast(files.quarantined + coalesce(duplicates.conflicts, 0) as bigint) as quarantined,
        cast(coalesce(duplicates.conflicts, 0) as bigint) as conflicts,
        cast(files.blank as bigint) as blank,
        cast(coalesce(files.left_out, 0) as bigint) as left_out,
        cast(coalesce(files.erased, 0) as bigint) as erased,
        cast(files.parsed_events - coalesce(duplicates.events, 0) as bigint) as events,
        cast(coalesce(files.placeholders, 0) as bigint) as placeholders,
        files.outcome,
        files.is_admitted

    from files
    left join duplicates
        on
            files.load_date = duplicates.load_date
            and files.source_file = duplicates.source_file

)

select * from final
