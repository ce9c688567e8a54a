{#- A view: read once, by `user_portraits`. -#}
{{ config(materialized='view') }}

with

limits as (

    select
        {{ dbt.dateadd(
            'day',
            "1 - cast(max(case when parameter = 'preference_days' then value end) as integer)",
            as_of_date()
        ) }} as first_date,
        max(case when parameter = 'best_hour_min_buckets' then value end) as min_buckets

    from {{ ref('parameters') }}

),

hours as (

    -- A quarter in which somebody was there, counted once: a long visit is no better than many.
    select
        user_id,
        'hour' as preference,
        lpad(
            cast(extract(hour from {{ local_time('first_at') }}) as {{ dbt.type_string() }}), 2, '0'
        ) as choice,
        count(
            distinct cast(floor({{ epoch_micros('first_at') }} / 900000000) as bigint)
        ) as times

    from {{ ref('int_user_buckets') }}
    where
        event_date >= (select limits.first_date from limits)
        and event_date <= {{ as_of_date() }}
    group by user_id, extract(hour from {{ local_time('first_at') }})

),

clicks as (

    select
        messages.user_id,
        'channel' as preference,
        messages.channel as choice,
        count(*) as times

    from {{ ref('int_contact_messages') }} as messages
    semi join {{ ref('channels') }} as channels
        on messages.channel = channels.channel
    where
        (
            messages.event like '%Clicked'
            or messages.event = 'Push Notification Tapped'
        )
        and messages.event_date >= (select limits.first_date from limits)
        and messages.event_date <= {{ as_of_date() }}
    group by messages.user_id, messages.channel

),

uses as (

    -- Of names that stand for another everything is said of that one.
    select
        names.user_id,
        'feature' as preference,
        roles.event as choice,
        sum(names.events) as times

    from {{ ref('int_name_days') }} as names
    inner join {{ ref('int_event_roles') }} as roles
        on coalesce(names.stands_for, names.event) = roles.event
    where
        roles.is_feature
        and names.event_date >= (select limits.first_date from limits)
        and names.event_date <= {{ as_of_date() }}
    group by names.user_id, roles.event

),

counted as (

    select hours.* from hours
    cross join limits
    where hours.times >= limits.min_buckets
    union all
    select * from clicks
    union all
    select * from uses

),

ranked as (

    select
        *,
        row_number() over (partition by user_id, preference order by times desc, choice asc)
            as place

    from counted

),

final as (

    select
        user_id,
        cast(max(case when preference = 'hour' then choice end) as bigint) as best_hour,
        max(case when preference = 'channel' then choice end) as best_channel,
        max(case when preference = 'feature' then choice end) as top_feature

    from ranked
    where place = 1
    group by user_id

)

select * from final
