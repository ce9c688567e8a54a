-- One row per load day of a feed asked for. Parameters: usual_days. Relations, made by profiles.py:
-- asked_days, known_days (those and the days before), ledger, landed (rows of the feed), quarantine.
with

volumes as (

    -- A day that is loaded without a file, or asked for and not loaded, has brought nothing.
    select
        known_days.load_date,
        count(ledger.source_file) as files,
        count(*) filter (where ledger.outcome = 'rejected') as files_rejected,
        count(*) filter (where ledger.outcome = 'incomplete') as files_incomplete,
        count(*) filter (where ledger.left_out > 0 and ledger.left_out = ledger.lines - ledger.blank)
            as files_left_out,
        string_agg(split_part(ledger.source_file, '/', -1), ', ' order by ledger.source_file)
            filter (where ledger.left_out > 0 and ledger.left_out = ledger.lines - ledger.blank)
            as names_left_out,
        cast(coalesce(sum(ledger.lines), 0) as bigint) as lines,
        cast(coalesce(sum(ledger.parsed), 0) as bigint) as parsed,
        cast(coalesce(sum(ledger.quarantined), 0) as bigint) as quarantined,
        cast(coalesce(sum(ledger.blank), 0) as bigint) as blank,
        cast(coalesce(sum(ledger.left_out), 0) as bigint) as left_out,
        cast(coalesce(sum(ledger.events), 0) as bigint) as events,
        cast(coalesce(sum(ledger.erased), 0) as bigint) as erased,
        cast(coalesce(sum(ledger.placeholders), 0) as bigint) as placeholders,
        sum(ledger.aside_bytes) as aside_bytes,
        sum(ledger.content_bytes) as content_bytes,
        -- File by file: a line too many here would hide a line too few there.
        cast(coalesce(sum(abs(
            ledger.lines - ledger.parsed - ledger.quarantined - ledger.blank - ledger.left_out
            - ledger.erased
        )), 0) as bigint) as count_gap
    from known_days
    left join ledger on known_days.load_date = ledger.load_date
    group by known_days.load_date

),

compared as (

    -- What is usual is not known before a week has been seen.
    select
        *,
        count(*) over earlier as usual_days,
        median(parsed) over earlier as usual_median
    from volumes
    window earlier as (
        order by load_date rows between $usual_days preceding and 1 preceding
    )

),

contents as (

    select
        asked_days.load_date,
        count(*) as lake_rows
    from landed
    inner join asked_days on landed.filename = asked_days.rows_file
    group by asked_days.load_date

),

reasons as (

    -- Line 0 is about a whole file and is no line of the ledger: that it could not be read, that it
    -- is cut, or what in it makes no sense though it was read.
    select
        asked_days.load_date,
        quarantine.reason,
        quarantine.source_file,
        count(*) as refusals,
        count(*) filter (where quarantine.source_line > 0) as quarantine_rows
    from quarantine
    inner join asked_days on quarantine.filename = asked_days.quarantine_file
    group by asked_days.load_date, quarantine.reason, quarantine.source_file

),

set_aside as (

    select
        by_reason.load_date,
        sum(by_reason.quarantine_rows) as quarantine_rows,
        string_agg(
            by_reason.refusals || ' ' || by_reason.reason, ', '
            order by by_reason.refusals desc, by_reason.reason
        ) as told
    from (
        select
            load_date,
            reason,
            sum(refusals) as refusals,
            sum(quarantine_rows) as quarantine_rows
        from reasons
        group by load_date, reason
    ) as by_reason
    group by by_reason.load_date

),

whole_files as (

    -- Of what is about a whole file, one is told in the words it was refused with.
    select
        asked_days.load_date,
        arg_min(
            split_part(quarantine.source_file, '/', -1) || ': ' || quarantine.detail,
            quarantine.source_file
        ) as told
    from quarantine
    inner join asked_days on quarantine.filename = asked_days.quarantine_file
    where quarantine.source_line = 0
    group by asked_days.load_date

),

files_aside as (

    select
        load_date,
        arg_max(source_file, (refusals, source_file)) as worst,
        count(*) filter (where is_doubtful) as files_doubtful
    from (
        select
            load_date,
            source_file,
            sum(refusals) as refusals,
            bool_or(
                refusals > quarantine_rows
                and reason not in ('bad_file', 'cut_file')
            ) as is_doubtful
        from reasons
        group by load_date, source_file
    ) as by_file
    group by load_date

)

select
    cast(asked_days.load_date as varchar) as load_date,
    compared.files,
    compared.files_rejected,
    compared.files_incomplete,
    compared.files_left_out,
    left(coalesce(compared.names_left_out, 'none'), 200) as names_left_out,
    coalesce(files_aside.files_doubtful, 0) as files_doubtful,
    compared.lines,
    compared.parsed,
    compared.quarantined,
    compared.blank,
    compared.left_out,
    compared.events,
    compared.erased,
    compared.placeholders,
    -- Of the lines that ought to have become events; and of the bytes, behind which one line that
    -- is a whole file, and a file that could not be read, cannot hide.
    compared.quarantined
    / nullif(compared.lines - compared.blank - compared.left_out - compared.erased, 0)
        as quarantined_share,
    compared.aside_bytes / nullif(compared.content_bytes, 0) as quarantined_bytes_share,
    coalesce(
        set_aside.told || ', mostly in ' || split_part(files_aside.worst, '/', -1), 'nothing'
    ) as set_aside,
    coalesce(whole_files.told, 'nothing') as about_files,
    compared.count_gap,
    abs(compared.events - coalesce(contents.lake_rows, 0))
    + abs(compared.quarantined - coalesce(set_aside.quarantine_rows, 0)) as lake_gap,
    case when compared.usual_days >= 7 then compared.usual_median end
        as usual_parsed,
    compared.parsed / nullif(usual_parsed, 0) as volume_ratio
from asked_days
inner join compared on asked_days.load_date = compared.load_date
left join contents on asked_days.load_date = contents.load_date
left join set_aside on asked_days.load_date = set_aside.load_date
left join whole_files on asked_days.load_date = whole_files.load_date
left join files_aside on asked_days.load_date = files_aside.load_date
