with

user_days as (

    select * from {{ ref('fct_user_days') }}
    where event_date <= {{ as_of_date() }}

),

final as (

    select
        user_id,
        min(case when events > 0 then event_date end) as first_active_date,
        max(case when events > 0 then event_date end) as last_active_date,
        max(case when logins > 0 then event_date end) as last_login_date,
        max(case when interactions > 0 then event_date end) as last_interaction_date,
        cast(count_if(events > 0) as bigint) as active_days,
        cast(sum(sessions) as bigint) as sessions,
        cast(sum(online_seconds) as bigint) as online_seconds,
        {% for name, first_day, last_day in [('recent', 29, 0), ('base', 59, 30)] %}
        {% set within = "event_date >= " ~ dbt.dateadd('day', -first_day, as_of_date())
            ~ " and event_date <= " ~ dbt.dateadd('day', -last_day, as_of_date()) %}
        cast(count_if(events > 0 and {{ within }}) as bigint) as {{ name }}_active_days,
        cast(sum(case when {{ within }} then sessions else 0 end) as bigint) as {{ name }}_sessions,
        cast(sum(case when {{ within }} then online_seconds else 0 end) as bigint)
            as {{ name }}_online_seconds,
        {% endfor %}
        {{ money('sum(net_revenue)') }} as net_revenue

    from user_days
    group by user_id

)

select * from final
