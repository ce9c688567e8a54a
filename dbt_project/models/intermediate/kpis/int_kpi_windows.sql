with

kpi_days as (

    select * from {{ ref('int_kpi_days') }}

),

snapshot_dates as (

    select * from {{ ref('int_snapshot_dates') }}

),

windows as (

    select
        {% for measure in [
            'active_users', 'orders', 'net_revenue', 'content', 'invites', 'complaints',
            'promoters', 'detractors', 'answers'
        ] %}
        cast(
            sum({{ measure }}) over (
                order by event_date rows between 29 preceding and current row
            ) as double
        ) as {{ measure }},
        {% endfor %}
        event_date

    from kpi_days

),

active as (

    select
        {% for measure in ['active', 'active_week', 'sharer', 'payer', 'buyer', 'repeat_buyer'] %}
        cast(coalesce(max(case when measure = '{{ measure }}' then users end), 0) as double)
            as {{ measure }}_users,
        {% endfor %}
        as_of_date

    from {{ ref('int_active_windows') }}
    group by as_of_date

),

days as (

    select
        windows.*,
        coalesce(active.active_users, 0) as month_users,
        coalesce(active.active_week_users, 0) as week_users,
        coalesce(active.sharer_users, 0) as sharers,
        coalesce(active.payer_users, 0) as month_payers,
        coalesce(active.buyer_users, 0) as buyers,
        coalesce(active.repeat_buyer_users, 0) as repeat_buyers

    from windows
    inner join snapshot_dates
        on windows.event_date = snapshot_dates.as_of_date
    left join active
        on windows.event_date = active.as_of_date

),

{% set measures = {
    'wau': ['week_users', none],
    'mau': ['month_users', none],
    'stickiness': ['active_users / 30', 'month_users'],
    'aov': ['net_revenue', 'orders'],
    'arpu': ['net_revenue', 'month_users'],
    'arppu': ['net_revenue', 'month_payers'],
    'repurchase_rate': ['repeat_buyers', 'buyers'],
    'share_rate': ['sharers', 'month_users'],
    'invites_per_user': ['invites', 'month_users'],
    'content_per_user': ['content', 'month_users'],
    'complaint_rate': ['complaints', 'month_users'],
    'nps': ['100 * (promoters - detractors)', 'answers'],
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
