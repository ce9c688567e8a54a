{%- set row = adapter.quote('row') -%}
{%- set column = adapter.quote('column') -%}

with

days as (

    select {{ dbt.dateadd('day', '1 - cast(max(value) as integer)', as_of_date()) }} as first_date
    from {{ ref('parameters') }}
    where parameter = 'heatmap_days'

),

buckets as (

    select * from {{ ref('int_user_buckets') }}
    where
        event_date >= (select days.first_date from days)
        and event_date <= {{ as_of_date() }}

),

features as (

    -- Of names that stand for another everything is said of that one.
    select
        roles.event,
        name_days.user_id,
        name_days.events

    from {{ ref('int_name_days') }} as name_days
    inner join {{ ref('int_event_roles') }} as roles
        on coalesce(name_days.stands_for, name_days.event) = roles.event
    where
        roles.is_feature
        and name_days.event_date >= (select days.first_date from days)
        and name_days.event_date <= {{ as_of_date() }}

),

segments as (

    select
        user_id,
        rfm_segment

    from {{ ref('rfm_scores') }}
    where as_of_date = {{ as_of_date() }}

),

cells as (

    select
        'hour_by_weekday' as kind,
        cast(
            {{ days_between(period_start('week', 'event_date'), 'event_date') }} + 1
            as {{ dbt.type_string() }}
        ) as row_value,
        lpad(
            cast(
                extract(hour from {{ local_time('first_at') }}) as {{ dbt.type_string() }}
            ), 2, '0'
        ) as column_value,
        user_id,
        events

    from buckets

    union all

    select
        'feature_by_segment' as kind,
        features.event as row_value,
        coalesce(segments.rfm_segment, 'none') as column_value,
        features.user_id,
        features.events

    from features
    left join segments
        on features.user_id = segments.user_id

),

final as (

    select
        kind,
        row_value as {{ row }},
        column_value as {{ column }},
        cast(sum(events) as bigint) as events,
        cast(count(distinct user_id) as bigint) as users

    from cells
    group by kind, row_value, column_value

)

select * from final
