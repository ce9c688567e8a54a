{#- A view: some rows a day of history. -#}
{{ config(materialized='view') }}

with

days as (

    select * from {{ ref('int_landed_days') }}

),

periods as (

    {% for period in ['day', 'week', 'month'] %}
    select
        '{{ period }}' as period,
        {{ period_start(period, 'event_date') }} as period_start,
        max(landed_days) as landed_days,
        count_if(is_landed) > 0 as is_landed

    from days
    group by {{ period_start(period, 'event_date') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    -- Before history there is nothing to miss.
    select
        period,
        period_start,
        landed_days,
        lag(landed_days, 1, 0) over neighbours as landed_before,
        is_landed,
        lag(is_landed, 1, true) over neighbours as is_landed_before,
        lead(is_landed, 1, false) over neighbours as is_landed_after

    from periods
    window neighbours as (partition by period order by period_start)

)

select * from final
