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
    group by asked_days.load_date

)

select
    days.* exclude (usual_parsed, volume_ratio),
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
