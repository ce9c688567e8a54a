{{ config(materialized='view') }}
with

bounds as (

    select min(as_of_date) as first_date
    from {{ ref('int_snapshot_dates') }}

),

traits as (

    select
        user_id,
        dimension,
        dimension_value,
        valid_from,
        valid_to

    from {{ ref('int_user_places') }}
    union all
    -- Nobody comes from anywhere before they come, nor by a campaign before it is told.
    select
        user_id,
        'channel' as dimension,
        'direct' as dimension_value,
        least(first_seen_date, first_active_date) as valid_from,
        acquired_date as valid_to

    from {{ ref('int_people') }}
    where coalesce(acquired_date > least(first_seen_date, first_active_date), true)
    union all
    select
        user_id,
        'channel' as dimension,
        acquisition_channel as dimension_value,
        acquired_date as valid_from,
        cast(null as date) as valid_to

    from {{ ref('int_people') }}
    where acquired_date is not null
    union all
    select
        user_id,
        'stage' as dimension,
        stage as dimension_value,
        valid_from,
        valid_to

    from {{ ref('user_lifecycle') }}
    union all
    -- The tier of a day is that of the last Sunday.
    select
        user_id,
        'tier' as dimension,
        rfm_tier as dimension_value,
        as_of_date as valid_from,
        as_of_date + 7 as valid_to

    from {{ ref('rfm_scores') }}
    where {{ period_start('week', 'as_of_date') }} = as_of_date - 6

),

changes as (

    -- A value behind its date: dates sort as their texts do, and none gives way to what begins.
    select
        traits.user_id,
        traits.dimension,
        greatest(traits.valid_from, bounds.first_date) as change_date,
        cast(greatest(traits.valid_from, bounds.first_date) as {{ dbt.type_string() }})
        || '1' || traits.dimension_value as dated_value

    from traits
    cross join bounds
    where
        coalesce(traits.valid_to, date '9999-12-31') > bounds.first_date
        and traits.valid_from <= {{ as_of_date() }}
    union all
    select
        traits.user_id,
        traits.dimension,
        traits.valid_to as change_date,
        cast(traits.valid_to as {{ dbt.type_string() }}) || '0none' as dated_value

    from traits
    cross join bounds
    where
        traits.valid_to > bounds.first_date
        and traits.valid_to <= {{ as_of_date() }}
    union all
    -- Points may be booked for who was never seen, or not yet: they count, as of no kind.
    select
        points_users.user_id,
        'stage' as dimension,
        bounds.first_date as change_date,
        cast(bounds.first_date as {{ dbt.type_string() }}) || '0none' as dated_value

    from {{ ref('int_points_users') }} as points_users
    cross join bounds

),

told as (

    select
        user_id,
        change_date,
        max(case when dimension = 'channel' then dated_value end) as channel,
        max(case when dimension = 'country' then dated_value end) as country,
        max(case when dimension = 'platform' then dated_value end) as platform,
        max(case when dimension = 'stage' then dated_value end) as stage,
        max(case when dimension = 'tier' then dated_value end) as tier

    from changes
    group by user_id, change_date

),

final as (

    -- The greatest so far is the latest.
    select
        user_id,
        change_date as valid_from,
        lead(change_date) over (partition by user_id order by change_date) as valid_to,
        coalesce(substr(max(channel) over so_far, 12), 'none') as channel,
        coalesce(substr(max(country) over so_far, 12), 'none') as country,
        coalesce(substr(max(platform) over so_far, 12), 'none') as platform,
        coalesce(substr(max(stage) over so_far, 12), 'none') as stage,
        coalesce(substr(max(tier) over so_far, 12), 'none') as tier

    from told
    window so_far as (
        partition by user_id
        order by change_date
        rows between unbounded preceding and current row
    )

)

select * from final
