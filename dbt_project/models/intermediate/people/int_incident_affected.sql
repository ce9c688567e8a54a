{{ config(materialized='view') }}

with

told as (

    select * from {{ ref('stg_incidents') }}

),

incidents as (

    select * from {{ ref('int_incidents') }}

),

named as (

    select
        told.incident_id,
        coalesce(named_ids.user_id, told.user_id) as user_id

    from told
    left join {{ ref('int_named_ids') }} as named_ids
        on told.user_id = named_ids.named_id
    where told.user_id is not null

),

rules as (

    select
        incidents.incident_id,
        incidents.started_at,
        incidents.ended_at,
        incidents.from_date,
        incidents.to_date,
        nullif({{ folded('told.country') }}, '*') as country,
        nullif({{ folded('told.platform') }}, '*') as platform,
        nullif({{ folded('told.event') }}, '*') as event

    from incidents
    inner join told
        on incidents.incident_id = told.incident_id
    where
        told.country is not null
        or told.platform is not null
        or told.event is not null

),

present as (

    -- In a session that the incident met.
    select
        rules.*,
        sessions.user_id,
        sessions.event_date

    from rules
    inner join {{ ref('fct_sessions') }} as sessions
        on
            rules.from_date <= {{ dbt.dateadd('day', 1, 'sessions.event_date') }}
            and coalesce(
                rules.started_at <= sessions.ended_at, rules.from_date <= sessions.event_date
            )
            and coalesce(rules.ended_at >= sessions.started_at, true)
    where sessions.event_date <= {{ as_of_date() }}

),

met as (

    select
        present.incident_id,
        present.user_id

    from present
    {% for dimension in ['country', 'platform'] %}
    left join {{ ref('int_user_places') }} as {{ dimension }}
        on
            present.user_id = {{ dimension }}.user_id
            and {{ dimension }}.dimension = '{{ dimension }}'
            and present.event_date >= {{ dimension }}.valid_from
            and present.event_date < coalesce({{ dimension }}.valid_to, date '9999-12-31')
    {% endfor %}
    left join {{ ref('int_name_days') }} as names
        on
            case when present.event is not null then present.user_id end = names.user_id
            and present.from_date <= names.event_date
            and coalesce(present.to_date, date '9999-12-31') >= names.event_date
    where
        (
            present.country is null
            or {{ folded('country.dimension_value') }} = present.country
        )
        and (
            present.platform is null
            or {{ folded('platform.dimension_value') }} = present.platform
        )
        and (
            present.event is null
            or {{ folded('coalesce(names.stands_for, names.event)') }} = present.event
            or {{ folded('names.event') }} = present.event
        )

),

everybody as (

    select
        named.incident_id,
        named.user_id

    from named
    inner join incidents
        on named.incident_id = incidents.incident_id
    union
    select
        met.incident_id,
        met.user_id

    from met

),

final as (

    -- Who nobody knows any more is in no table.
    select
        everybody.incident_id,
        everybody.user_id,
        profiles.net_revenue

    from everybody
    inner join {{ ref('int_user_profile') }} as profiles
        on everybody.user_id = profiles.user_id

)

select * from final
