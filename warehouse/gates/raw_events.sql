-- One row per load day of events: what is measured of any feed (days), and what only events have.
with

contents as (

    select
        asked_days.load_date,
        count(*) as event_rows,
        count(*) filter (where landed.message_id is null) as null_message_ids,
        count(*) filter (
            where landed.user_id is null and landed.anonymous_id is null
        ) as null_actors,
        count(*) filter (
            where landed.occurred_at < timestamp '1970-01-01'
            or landed.occurred_at >= asked_days.last_possible_date
        ) as out_of_time_events,
        count(*) filter (
            where landed.type = 'track' and landed.event is null
        ) as unnamed_tracks,
        count(distinct coalesce(landed.user_id, landed.anonymous_id)) as distinct_actors,
        count(*) filter (
            where landed.occurred_at < asked_days.load_date - interval 3 day
        ) as late_events,
        count(landed.user_id) as identified_events
    from landed
    inner join asked_days on landed.filename = asked_days.rows_file
    where landed.type <> 'refusal'
    group by asked_days.load_date

),

contested as (

    -- Message ids that came with more than one content: the first wins, the others are set aside.
    select
        filename,
        message_hash,
        arg_min(payload_hash, (source_file, source_line)) as first_payload
    from landed
    group by filename, message_hash
    having min(payload_hash) <> max(payload_hash)

),

conflicts as (

    select
        asked_days.load_date,
        count(*) as conflicts
    from landed
    inner join contested
        on
            landed.filename = contested.filename
            and landed.message_hash = contested.message_hash
            and landed.payload_hash <> contested.first_payload
    inner join asked_days on landed.filename = asked_days.rows_file
    group by asked_days.load_date

),

heard as (

    -- The lines set aside of which a no was read; one that names two ids is one.
    select distinct
        filename,
        source_file,
        source_line
    from landed
    where type = 'refusal'

),

spoken as (

    -- What speaks of consent, and no no was read of it, may be one all the same. Bytes are cast,
    -- for a line need not be UTF-8; a Chinese word is three bytes a sign then, or what JSON writes.
    select
        asked_days.load_date,
        heard.filename is not null as is_heard,
        (quarantine.source_file, quarantine.source_line) as place,
        split_part(quarantine.source_file, '/', -1) || ' line ' || quarantine.source_line
        || ', ' || quarantine.reason as told
    from quarantine
    inner join asked_days on quarantine.filename = asked_days.quarantine_file
    left join heard
        on
            asked_days.rows_file = heard.filename
            and quarantine.source_file = heard.source_file
            and quarantine.source_line = heard.source_line
    where
        quarantine.source_line > 0
        and (
            heard.filename is not null
            or regexp_matches(
                translate(lower(cast(quarantine.line as varchar)), ' _-.:/', ''),
                'unsubscri|optout|optedout|optin|consent|subscriptionchanged|spam|userdeleted'
                || '|xe9.x80.x80.xe8.xae.xa2|u9000.{1,4}u8ba2'
                || '|xe6.x8b.x92.xe6.x94.xb6|u62d2.{1,4}u6536'
            )
        )

),

words as (

    select
        load_date,
        count(*) filter (where is_heard) as refusals_aside,
        arg_min(told, place) filter (where is_heard) as first_refusal_aside,
        count(*) filter (where not is_heard) as consents_aside,
        arg_min(told, place) filter (where not is_heard) as first_consent_aside
    from spoken
    group by load_date

)

select
    days.* exclude (usual_parsed, volume_ratio, quarantined_share, set_aside),
    coalesce(conflicts.conflicts, 0) as conflicts,
    (days.quarantined + coalesce(conflicts.conflicts, 0))
    / nullif(days.lines - days.blank - days.left_out - days.erased, 0) as quarantined_share,
    case
        when conflicts.conflicts is null then days.set_aside
        else conflicts.conflicts || ' with the message id of another line'
            || case when days.set_aside = 'nothing' then '' else ', ' || days.set_aside end
    end as set_aside,
    coalesce(words.refusals_aside, 0) as refusals_aside,
    coalesce(words.first_refusal_aside, 'none') as first_refusal_aside,
    coalesce(words.consents_aside, 0) as consents_aside,
    coalesce(words.first_consent_aside, 'none') as first_consent_aside,
    coalesce(contents.null_message_ids, 0) as null_message_ids,
    coalesce(contents.null_actors, 0) as null_actors,
    coalesce(contents.out_of_time_events, 0) as out_of_time_events,
    coalesce(contents.unnamed_tracks, 0) as unnamed_tracks,
    coalesce(contents.distinct_actors, 0) as distinct_actors,
    days.usual_parsed,
    days.volume_ratio,
    contents.late_events / contents.event_rows as late_share,
    contents.identified_events / contents.event_rows as identified_share
from days
left join contents on days.load_date = cast(contents.load_date as varchar)
left join conflicts on days.load_date = cast(conflicts.load_date as varchar)
left join words on days.load_date = cast(words.load_date as varchar)
