{{ rebuilt_by_user('int_path_changes') }}

with

changes as (

    select * from {{ ref('int_path_changes') }}

),

parameters as (

    {{ session_gap() }}

),

pairs as (

    select * from {{ ref('int_act_pairs') }}
    where
        user_id in (select changes.user_id from changes)
        and event_date <= {{ as_of_date() }}

),

stretches as (

    -- One row per stretch of a day: its first and last act.
    select
        user_id,
        begun_micros,
        max(case when from_event is null then to_event end) as first_event,
        max(case when is_end then from_event end) as last_event,
        max(ended_micros) as ended_micros

    from pairs
    group by user_id, begun_micros

),

joined as (

    -- Midnight does not cut a session.
    select
        stretches.*,
        lag(stretches.last_event) over user_line as event_before,
        coalesce(
            stretches.begun_micros - lag(stretches.ended_micros) over user_line
            > parameters.gap_micros, true
        ) as starts_session

    from stretches
    cross join parameters
    window user_line as (partition by stretches.user_id order by stretches.begun_micros)

),

sessions as (

    select
        *,
        sum(case when starts_session then 1 else 0 end) over (
            partition by user_id
            order by begun_micros
            rows between unbounded preceding and current row
        ) as session_number

    from joined

),

transitions as (

    select
        pairs.user_id,
        sessions.session_number,
        case
            when pairs.from_event is not null then pairs.from_event
            when not sessions.starts_session then sessions.event_before
        end as from_event,
        pairs.to_event,
        pairs.transitions

    from pairs
    inner join sessions
        on
            pairs.user_id = sessions.user_id
            and pairs.begun_micros = sessions.begun_micros
    where not pairs.is_end

),

final as (

    -- What a session began with follows nothing.
    select
        transitions.user_id,
        transitions.from_event,
        transitions.to_event,
        cast(sum(transitions.transitions) as bigint) as transitions,
        cast(count(distinct transitions.session_number) as bigint) as sessions,
        changes.input_fingerprint

    from transitions
    inner join changes
        on transitions.user_id = changes.user_id
    group by
        transitions.user_id,
        transitions.from_event,
        transitions.to_event,
        changes.input_fingerprint

)

select * from final
