{#- A view: read by `growth_levels`, of users who have done anything that counts. -#}
{{ config(materialized='view') }}

with

tasks as (

    -- A task counts once, when it is done first.
    select
        user_id,
        item as task,
        min(event_date) as gained_date

    from {{ ref('int_loyalty_entries') }}
    where
        kind = 'task'
        and event_date <= {{ as_of_date() }}
    group by user_id, item

),

final as (

    select
        user_id,
        'task' as measure,
        task,
        1 as amount,
        gained_date,
        cast(null as date) as lost_date

    from tasks
    where task is not null
    {% for measure, amount in [
        ('active_days', 'case when events > 0 then 1 else 0 end'),
        ('content', 'content'),
        ('shares', 'shares'),
    ] %}
    union all
    select
        user_id,
        '{{ measure }}' as measure,
        cast(null as {{ dbt.type_string() }}) as task,
        {{ amount }} as amount,
        event_date as gained_date,
        cast(null as date) as lost_date

    from {{ ref('fct_user_days') }}
    where
        {{ 'events' if measure == 'active_days' else measure }} > 0
        and event_date <= {{ as_of_date() }}
    {% endfor %}
    union all
    select
        inviter_id as user_id,
        'invites' as measure,
        cast(null as {{ dbt.type_string() }}) as task,
        1 as amount,
        valid_from as gained_date,
        valid_to as lost_date

    from {{ ref('int_referrals') }}
    where valid_from <= {{ as_of_date() }}

)

select * from final
