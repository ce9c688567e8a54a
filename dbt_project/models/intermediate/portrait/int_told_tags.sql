{#- A view: read once, by `tag_history`. -#}
{{ config(materialized='view') }}

with

tags as (

    select
        *,
        lead(from_value) over (partition by tag order by from_value) as to_value

    from {{ ref('tags') }}
    where input in ('profile', 'trait')

),

told as (

    select
        user_id,
        'profile' as input,
        dimension as subject,
        dimension_value as told_value,
        valid_from,
        valid_to

    from {{ ref('int_user_places') }}
    union all
    -- Who came directly came by nothing that could be told.
    select
        user_id,
        'profile' as input,
        'channel' as subject,
        acquisition_channel as told_value,
        acquired_date as valid_from,
        cast(null as date) as valid_to

    from {{ ref('int_user_profile') }}
    where acquired_date is not null
    union all
    -- Of a day the last word counts.
    select
        user_id,
        'trait' as input,
        subject,
        substr(max({{ time_key('occurred_at') }} || value), 21) as told_value,
        event_date as valid_from,
        cast(
            lead(event_date) over (partition by user_id, subject order by event_date) as date
        ) as valid_to

    from {{ ref('int_profile_changes') }}
    where
        kind = 'trait'
        and event_date <= {{ as_of_date() }}
    group by user_id, subject, event_date

),

valued as (

    select
        told.user_id,
        tags.tag,
        tags.value as band,
        case when tags.from_value is null then told.told_value else tags.value end as value,
        told.valid_from,
        told.valid_to

    from told
    inner join tags
        on
            told.input = tags.input
            and told.subject = tags.subject
            and (
                tags.from_value is null
                or (
                    try_cast(told.told_value as double) >= tags.from_value
                    and coalesce(try_cast(told.told_value as double) < tags.to_value, true)
                )
            )

),

turned as (

    -- Told again it goes on; what says nothing in between ends it.
    select
        *,
        coalesce(
            lag(value) over place = value
            and lag(valid_to) over place = valid_from, false
        ) as goes_on

    from valued
    window place as (partition by user_id, tag order by valid_from)

),

numbered as (

    select
        *,
        sum(case when goes_on then 0 else 1 end) over (
            partition by user_id, tag
            order by valid_from
            rows between unbounded preceding and current row
        ) as stretch

    from turned

),

final as (

    select
        user_id,
        tag,
        band,
        value,
        min(valid_from) as valid_from,
        case when count(valid_to) = count(*) then max(valid_to) end as valid_to

    from numbered
    group by user_id, tag, band, value, stretch

)

select * from final
