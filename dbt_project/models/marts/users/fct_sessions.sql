{{ rebuilt_by('event_date', 'int_session_days') }}

with

parts as (

    select * from {{ ref('int_session_parts') }}
    where
        event_date in (
            select near_days.event_date
            from {{ days_near(
                ref('int_session_days'), ref('int_session_parts'), ref('int_day_inputs')
            ) }} as near_days
        )

),

parameters as (

    {{ session_gap() }}

),

gaps as (

    select
        parts.*,
        case
            when
                {{ epoch_micros('parts.first_at') }}
                - lag({{ epoch_micros('parts.last_at') }})
                    over (
                        partition by parts.user_id order by parts.first_at
                    )
                <= parameters.gap_micros
                then 0
            else 1
        end as starts_session

    from parts
    cross join parameters

),

numbered as (

    select
        *,
        sum(starts_session) over (
            partition by user_id
            order by first_at
            rows between unbounded preceding and current row
        ) as session_number

    from gaps

),

sessions as (

    -- Midnight does not cut a session; it belongs to the date it starts on.
    select
        user_id,
        min(first_at) as started_at,
        max(last_at) as ended_at,
        max(last_added_at) as last_added_at,
        cast(sum(events) as bigint) as events,
        min(event_date) as event_date

    from numbered
    group by user_id, session_number

),

final as (

    select
        md5(user_id || '|' || cast({{ epoch_micros('started_at') }} as {{ dbt.type_string() }}))
            as session_id,
        user_id,
        started_at,
        ended_at,
        events,
        cast(
            floor(({{ epoch_micros('ended_at') }} - {{ epoch_micros('started_at') }}) / 1000000)
            as bigint
        ) as duration_seconds,
        last_added_at,
        event_date

    from sessions
    where event_date in (select days.event_date from {{ ref('int_session_days') }} as days)

)

select * from final
