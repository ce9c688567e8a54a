with

parameters as (

    select cast(value as integer) as recent_days
    from {{ ref('parameters') }}
    where parameter = 'recent_days'

),

bounds as (

    select
        {{ dbt.dateadd('day', '1 - recent_days', as_of_date()) }} as recent_from,
        {{ dbt.dateadd('day', '1 - 2 * recent_days', as_of_date()) }} as base_from

    from parameters

),

user_days as (

    select * from {{ ref('fct_user_days') }}
    where event_date <= {{ as_of_date() }}

),

clicks as (

    -- A click in a message moves the clock of interactions, and nothing else.
    select
        user_id,
        max(event_date) as last_click_date

    from {{ ref('int_user_day_traits') }}
    where
        clicks > 0
        and event_date <= {{ as_of_date() }}
    group by user_id

),

sums as (

    select
        user_id,
        min(case when events > 0 then event_date end) as first_active_date,
        max(case when events > 0 then event_date end) as last_active_date,
        max(case when logins > 0 then event_date end) as last_login_date,
        max(case when interactions > 0 then event_date end) as last_interaction_date,
        cast(count_if(events > 0) as bigint) as active_days,
        cast(sum(sessions) as bigint) as sessions,
        cast(sum(online_seconds) as bigint) as online_seconds,
        {% for name, within in [
            ('recent', 'event_date >= recent_from'),
            ('base', 'event_date >= base_from and event_date < recent_from')
        ] %}
        cast(count_if(events > 0 and {{ within }}) as bigint) as {{ name }}_active_days,
        cast(sum(case when {{ within }} then sessions else 0 end) as bigint) as {{ name }}_sessions,
        cast(sum(case when {{ within }} then online_seconds else 0 end) as bigint)
            as {{ name }}_online_seconds,
        {% endfor %}
        cast(
            sum(
                case
                    when event_date >= recent_from then content + shares
                    else 0
                end
            ) as bigint
        ) as recent_spread,
        {{ money('sum(net_revenue)') }} as net_revenue

    from user_days
    cross join bounds
    group by user_id

),

final as (

    select
        sums.user_id,
        sums.first_active_date,
        sums.last_active_date,
        sums.last_login_date,
        greatest(
            coalesce(sums.last_interaction_date, clicks.last_click_date),
            coalesce(clicks.last_click_date, sums.last_interaction_date)
        ) as last_interaction_date,
        sums.active_days,
        sums.sessions,
        sums.online_seconds,
        {% for name in ['recent', 'base'] %}
        sums.{{ name }}_active_days,
        sums.{{ name }}_sessions,
        sums.{{ name }}_online_seconds,
        {% endfor %}
        sums.recent_spread,
        sums.net_revenue

    from sums
    left join clicks
        on sums.user_id = clicks.user_id

)

select * from final
