with

traits as (

    select * from {{ ref('int_user_day_traits') }}
    where event_date <= {{ as_of_date() }}

),

{% for dimension in ['platform', 'country'] %}
{{ dimension }}_users as (

    select
        user_id,
        min({{ dimension }}) as only_value,
        max({{ dimension }}) <> min({{ dimension }}) as has_moved,
        min(event_date) as valid_from

    from traits
    where {{ dimension }} is not null
    group by user_id

),

{{ dimension }}_moves as (

    -- Most people have one: only of the others are the days looked at one by one.
    select
        user_id,
        event_date,
        {{ dimension }} as dimension_value,
        lag({{ dimension }}) over (partition by user_id order by event_date) as value_before

    from traits
    where
        {{ dimension }} is not null
        and user_id in (
            select movers.user_id from {{ dimension }}_users as movers
            where movers.has_moved
        )

),

{% endfor %}

final as (

    {% for dimension in ['platform', 'country'] %}
    select
        user_id,
        '{{ dimension }}' as dimension,
        only_value as dimension_value,
        valid_from,
        cast(null as date) as valid_to

    from {{ dimension }}_users
    where not has_moved

    union all

    select
        user_id,
        '{{ dimension }}' as dimension,
        dimension_value,
        event_date as valid_from,
        lead(event_date) over (partition by user_id order by event_date) as valid_to

    from {{ dimension }}_moves
    where dimension_value is distinct from value_before

    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
