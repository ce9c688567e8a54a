{{ rebuilt_by('event_date', 'int_touched_days') }}

with

touched as (

    select * from {{ ref('int_touched_days') }}

),

roles as (

    select * from {{ ref('int_event_roles') }}

),

tags as (

    select
        tag,
        input,
        subject,
        case when input in ('hours', 'weekdays') then cast(substr(subject, 1, 2) as integer) end
            as from_part,
        case when input in ('hours', 'weekdays') then cast(substr(subject, 4, 2) as integer) end
            as to_part

    from {{ ref('tags') }}
    group by tag, input, subject

),

event_tags as (

    select
        tag,
        subject as event

    from tags
    where input = 'event'
    union
    select
        tags.tag,
        roles.event

    from tags
    inner join roles
        on
            tags.input = 'role'
            and (
                {% for role in tag_roles() %}
                (tags.subject = '{{ role }}' and roles.is_{{ role }})
                {{ 'or' if not loop.last }}
                {% endfor %}
            )

),

names as (

    -- Of names that stand for another everything is said of that one.
    select
        names.user_id,
        coalesce(names.stands_for, names.event) as event,
        names.event_date

    from {{ ref('int_name_days') }} as names
    where names.event_date in (select touched.event_date from touched)

),

moments as (

    select
        user_id,
        cast(extract(hour from {{ local_time('first_at') }}) as integer) as day_hour,
        cast(
            {{ days_between(period_start('week', 'event_date'), 'event_date') }} + 1 as integer
        ) as weekday,
        event_date

    from {{ ref('int_user_buckets') }}
    where event_date in (select touched.event_date from touched)

),

final as (

    select
        names.user_id,
        event_tags.tag,
        names.event_date

    from names
    inner join event_tags
        on names.event = event_tags.event
    union
    -- From 23 to 05 goes on over midnight, and what is then belongs to the day it is on.
    select
        moments.user_id,
        tags.tag,
        moments.event_date

    from moments
    inner join tags
        on
            tags.input in ('hours', 'weekdays')
            and case
                when tags.from_part <= tags.to_part
                    then
                        case tags.input when 'hours' then moments.day_hour else moments.weekday end
                        between tags.from_part and tags.to_part
                else
                    case tags.input when 'hours' then moments.day_hour else moments.weekday end
                    not between tags.to_part + 1 and tags.from_part - 1
            end

)

select
    user_id,
    tag,
    event_date

from final
