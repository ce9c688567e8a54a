{{ rebuilt_by('event_date', 'int_touched_days') }}

with

buckets as (

    select * from {{ ref('int_user_buckets') }}
    where event_date in (select touched.event_date from {{ ref('int_touched_days') }} as touched)

),

parameters as (

    {{ session_gap() }}

),

gaps as (

    select
        buckets.*,
        case
            when
                {{ epoch_micros('buckets.first_at') }}
                - lag({{ epoch_micros('buckets.last_at') }})
                    over (
                        partition by buckets.event_date, buckets.user_id order by buckets.bucket
                    )
                <= parameters.gap_micros
                then 0
            else 1
        end as starts_part

    from buckets
    cross join parameters

),

numbered as (

    select
        *,
        sum(starts_part) over (
            partition by event_date, user_id
            order by bucket
            rows between unbounded preceding and current row
        ) as part_number

    from gaps

),

parts as (

    select
        user_id,
        cast(part_number as bigint) as part_number,
        min(first_at) as first_at,
        max(last_at) as last_at,
        max(last_added_at) as last_added_at,
        cast(sum(events) as bigint) as events,
        event_date

    from numbered
    group by user_id, part_number, event_date

),

final as (

    -- Only a part from midnight to midnight can tie together sessions more than a day apart.
    select
        parts.user_id,
        parts.part_number,
        parts.first_at,
        parts.last_at,
        parts.last_added_at,
        parts.events,
        {{ epoch_micros('parts.last_at') }} - {{ epoch_micros('parts.first_at') }}
        >= 82800000000 - 2 * parameters.gap_micros as spans_day,
        parts.event_date

    from parts
    cross join parameters

)

select * from final
