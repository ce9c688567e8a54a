{{ rebuilt_by_user('int_tag_changes') }}

with

changes as (

    select * from {{ ref('int_tag_changes') }}

),

bands as (

    select
        tag,
        value,
        cast(window_days as integer) as window_days,
        from_value,
        -- No span has more days than a date can say.
        lead(from_value, 1, 4000000) over (partition by tag order by from_value) as to_value

    from {{ ref('tags') }}
    where window_days is not null

),

windows as (

    select
        tag,
        max(window_days) as window_days

    from bands
    group by tag

),

ends as (

    select listed.sign
    from (values (1), (-1)) as listed (sign)

),

turns as (

    -- A day counts from itself until the window has passed.
    select
        days.user_id,
        days.tag,
        case when ends.sign = 1 then days.event_date else days.event_date + windows.window_days end
            as turn_date,
        sum(ends.sign) as turn

    from {{ ref('int_tag_days') }} as days
    inner join windows
        on days.tag = windows.tag
    cross join ends
    where
        days.user_id in (select changes.user_id from changes)
        and days.event_date <= {{ as_of_date() }}
    group by
        days.user_id,
        days.tag,
        case when ends.sign = 1 then days.event_date else days.event_date + windows.window_days end

),

counted as (

    select
        user_id,
        tag,
        turn_date,
        sum(turn) over (
            partition by user_id, tag
            order by turn_date
            rows between unbounded preceding and current row
        ) as days

    from turns

),

banded as (

    select
        counted.user_id,
        counted.tag,
        counted.turn_date,
        bands.value,
        lag(bands.value) over place as value_before,
        row_number() over place as place

    from counted
    left join bands
        on
            counted.tag = bands.tag
            and counted.days >= bands.from_value
            and counted.days < bands.to_value
    window place as (partition by counted.user_id, counted.tag order by counted.turn_date)

),

final as (

    -- The first too, if it says nothing: a user without a row would be new in every run.
    select
        banded.user_id,
        banded.tag,
        banded.value,
        banded.turn_date as valid_from,
        lead(banded.turn_date) over (
            partition by banded.user_id, banded.tag order by banded.turn_date
        ) as valid_to,
        changes.input_fingerprint

    from banded
    inner join changes
        on banded.user_id = changes.user_id
    where
        banded.place = 1
        or banded.value is distinct from banded.value_before

)

select * from final
