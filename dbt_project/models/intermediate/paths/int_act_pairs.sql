{{ rebuilt_by('event_date', 'int_touched_days') }}

with

sides as (

    -- Each act follows another, or begins; the last of a stretch is also told as its end.
    select false as is_end
    union all
    select true as is_end

),

rows_of_acts as (

    select
        acts.user_id,
        acts.begun_micros,
        sides.is_end,
        case
            when sides.is_end then acts.event
            when not acts.is_first then acts.event_before
        end as from_event,
        case when not sides.is_end then acts.event end as to_event,
        case when sides.is_end then acts.at_micros end as ended_micros,
        case when sides.is_end then acts.event_before end as event_before,
        case when sides.is_end then acts.event_before_that end as event_before_that,
        acts.event_date

    from {{ ref('int_acts') }} as acts
    cross join sides
    where acts.is_last or not sides.is_end

),

final as (

    select
        user_id,
        begun_micros,
        is_end,
        from_event,
        to_event,
        ended_micros,
        event_before,
        event_before_that,
        cast(count(*) as bigint) as transitions,
        event_date

    from rows_of_acts
    group by
        user_id,
        begun_micros,
        is_end,
        from_event,
        to_event,
        ended_micros,
        event_before,
        event_before_that,
        event_date

)

select * from final
