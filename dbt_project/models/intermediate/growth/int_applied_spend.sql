-- Written after the KPIs: a killed run leaves its days of spend to the next one.
-- depends_on: {{ ref('kpi_daily') }}

with

final as (

    {{ spend_by_day() }}

)

select * from final
