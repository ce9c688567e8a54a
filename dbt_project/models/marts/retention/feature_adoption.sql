with

limits as (

    select cast(max(value) as integer) as days
    from {{ ref('parameters') }}
    where parameter = 'release_window_days'

),

windows as (

    select
        releases.feature,
        releases.release,
        'before' as phase,
        releases.released_on - limits.days as from_date,
        releases.released_on - 1 as to_date

    from {{ ref('releases') }} as releases
    cross join limits

    union all

    select
        releases.feature,
        releases.release,
        'after' as phase,
        releases.released_on as from_date,
        releases.released_on + limits.days - 1 as to_date

    from {{ ref('releases') }} as releases
    cross join limits

),

begun as (

    select * from windows
    where from_date <= {{ as_of_date() }}

),

features as (

    select distinct feature from {{ ref('releases') }}

),

seen as (

    -- A feature is an event, under any name that stands for it.
    {% for name in ['event', 'stands_for'] %}
    select
        features.feature,
        name_days.user_id,
        name_days.event_date,
        name_days.events

    from {{ ref('int_name_days') }} as name_days
    inner join features
        on name_days.{{ name }} = features.feature
    where name_days.event_date <= {{ as_of_date() }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

used as (

    select
        begun.feature,
        begun.release,
        begun.phase,
        count(distinct seen.user_id) as users,
        sum(seen.events) as uses

    from begun
    inner join seen
        on
            begun.feature = seen.feature
            and begun.from_date <= seen.event_date
            and begun.to_date >= seen.event_date
    group by begun.feature, begun.release, begun.phase

),

history as (

    select min(event_date) as first_date
    from {{ ref('fct_user_days') }}

),

active as (

    select
        begun.feature,
        begun.release,
        begun.phase,
        count(distinct user_days.user_id) as active_users

    from begun
    inner join {{ ref('fct_user_days') }} as user_days
        on
            begun.from_date <= user_days.event_date
            and begun.to_date >= user_days.event_date
    where
        user_days.events > 0
        and user_days.event_date <= {{ as_of_date() }}
    group by begun.feature, begun.release, begun.phase

),

known as (

    select distinct feature from seen

),

judged as (

    select
        begun.*,
        begun.to_date <= {{ as_of_date() }} as is_mature,
        coalesce(used.users, 0) as found_users,
        coalesce(used.uses, 0) as found_uses,
        coalesce(active.active_users, 0) as active_users,
        case
            when known.feature is null then 'unknown'
            when active.active_users is null then 'insufficient_data'
            when history.first_date > begun.from_date then 'insufficient_data'
            else 'ok'
        end as status

    from begun
    cross join history
    left join known
        on begun.feature = known.feature
    left join used
        on
            begun.feature = used.feature
            and begun.release = used.release
            and begun.phase = used.phase
    left join active
        on
            begun.feature = active.feature
            and begun.release = active.release
            and begun.phase = active.phase

),

final as (

    -- Of a feature that nobody was ever seen using nothing is known, nor of days before history.
    select
        feature,
        release,
        phase,
        cast(from_date as date) as from_date,
        cast(to_date as date) as to_date,
        is_mature,
        cast(case when status <> 'unknown' then found_users end as bigint) as users,
        cast(active_users as bigint) as active_users,
        case when status = 'ok' then {{ rate('found_users', 'active_users') }} end as share,
        cast(case when status <> 'unknown' then found_uses end as bigint) as uses,
        case when status = 'ok' then {{ rate('found_uses', 'active_users') }} end as uses_per_user,
        status

    from judged

)

select * from final
