with

days as (

    select * from {{ ref('int_kpi_days') }}
    where
        event_date in (
            select dates.as_of_date from {{ ref('int_snapshot_dates') }} as dates
        )

),

{% set measures = {
    'new_users': ['new_users', none],
    'dau': ['active_users', none],
    'sessions_per_user': ['sessions', 'active_users'],
    'online_minutes_per_user': ['cast(online_seconds as double) / 60', 'active_users'],
    'orders': ['orders', none],
    'payers': ['payers', none],
    'pay_conversion': ['payers', 'active_users'],
    'gmv': ['gross_amount', none],
    'net_revenue': ['net_revenue', none],
    'refunds': ['refunded', none],
    'tracking_coverage': ['known_events', 'events'],
} -%}
final as (

    {% for kpi, parts in measures.items() %}
    select
        event_date as as_of_date,
        '{{ kpi }}' as kpi,
        cast({{ parts[0] }} as double) as numerator,
        cast({{ parts[1] or 'null' }} as double) as denominator,
        {{ 'true' if parts[1] else 'false' }} as is_share

    from days
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
