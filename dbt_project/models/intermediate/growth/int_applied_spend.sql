-- Written after the KPIs: a killed run leaves its days of spend to the next one.
-- depends_on: {{ ref('kpi_daily') }}

with

spend as (

    select * from {{ ref('int_spend') }}

),

final as (

    select
        spend_date,
        {{ fingerprint(['source', 'campaign', 'amount', 'original_amount']) }}
            as input_fingerprint

    from spend
    group by spend_date

)

select * from final
