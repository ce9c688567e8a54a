with

limits as (

    select
        {{ dbt.dateadd('day', '1 - cast(max(value) as integer)', as_of_date()) }} as first_date

    from {{ ref('parameters') }}
    where parameter = 'load_time_days'

),

bands as (

    select
        band,
        from_ms,
        lead(from_ms) over (order by from_ms) as to_ms

    from {{ ref('load_time_bands') }}

),

sessions as (

    select
        session_id,
        user_id,
        started_at,
        ended_at

    from {{ ref('fct_sessions') }}
    where
        event_date >= (select limits.first_date from limits)
        and event_date <= {{ as_of_date() }}

),

loads as (

    select
        sessions.session_id,
        bands.band,
        max(case when pages.occurred_at = sessions.ended_at then 1 else 0 end) as is_exit

    from {{ ref('int_page_loads') }} as pages
    inner join sessions
        on
            pages.user_id = sessions.user_id
            and pages.occurred_at >= sessions.started_at
            and pages.occurred_at <= sessions.ended_at
    inner join bands
        on
            pages.load_ms >= bands.from_ms
            and (
                pages.load_ms < bands.to_ms
                or bands.to_ms is null
            )
    where
        pages.event_date >= (select limits.first_date from limits)
        and pages.event_date <= {{ as_of_date() }} + 1
    group by sessions.session_id, bands.band

),

counted as (

    select
        band,
        count(*) as sessions,
        sum(is_exit) as exits

    from loads
    group by band

),

untold as (

    select count(*) as sessions
    from sessions
    where session_id not in (select loads.session_id from loads)

),

final as (

    select
        bands.band,
        cast(bands.from_ms as bigint) as from_ms,
        cast(coalesce(counted.sessions, 0) as bigint) as sessions,
        cast(counted.exits as bigint) as exits,
        {{ rate('counted.exits', 'counted.sessions') }} as share,
        case when counted.sessions > 0 then 'ok' else 'insufficient_data' end as status

    from bands
    left join counted
        on bands.band = counted.band

    union all

    -- Whoever was not told how long they waited may have waited for ever.
    select
        'unknown' as band,
        cast(null as bigint) as from_ms,
        cast(untold.sessions as bigint) as sessions,
        cast(null as bigint) as exits,
        cast(null as double) as share,
        'unknown' as status

    from untold

)

select * from final
