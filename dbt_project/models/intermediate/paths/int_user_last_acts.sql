{{ rebuilt_by_user('int_path_changes') }}

with

steps as (

    select 1 as step_back
    union all
    select 2 as step_back
    union all
    select 3 as step_back

),

ends as (

    select
        user_id,
        from_event,
        event_before,
        event_before_that,
        row_number() over (partition by user_id order by event_date desc, ended_micros desc)
            as days_back,
        row_number() over (partition by user_id, event_date order by ended_micros desc) as place

    from {{ ref('int_act_pairs') }}
    where
        is_end
        and user_id in (select changes.user_id from {{ ref('int_path_changes') }} as changes)
        and event_date <= {{ as_of_date() }}

),

acts as (

    select
        ends.user_id,
        ends.days_back,
        steps.step_back,
        case steps.step_back
            when 1 then ends.from_event
            when 2 then ends.event_before
            else ends.event_before_that
        end as event

    from ends
    cross join steps
    -- The end of a day tells of three acts of it.
    where ends.place = 1

),

ranked as (

    select
        user_id,
        event,
        row_number() over (partition by user_id order by days_back, step_back) as position

    from acts
    where event is not null

),

final as (

    select
        user_id,
        cast(position as bigint) as position,
        event

    from ranked
    where position <= 3

)

select * from final
