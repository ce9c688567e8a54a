{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure in ('own_value', 'valued_buyers')

),

valued as (

    -- A Sunday's fit is gone by until the next Sunday.
    select
        user_id,
        as_of_date,
        {{ money('net_revenue') }} + {{ money('clv_365d') }} as own_value

    from {{ source('raw', 'clv_predictions') }}
    where
        {{ period_start('week', 'as_of_date') }} = as_of_date - 6
        and as_of_date >= (
            select min(snapshots.as_of_date) - 6
            from {{ ref('int_snapshot_dates') }} as snapshots
        )

),

amounts as (

    select
        'valued_buyers' as measure,
        user_id,
        as_of_date,
        as_of_date as from_date,
        {{ money('1') }} as amount

    from valued
    union all
    select
        'own_value' as measure,
        user_id,
        as_of_date,
        as_of_date as from_date,
        {{ money('own_value') }} as amount

    from valued
    union all
    -- What the buyers brought since.
    select
        'own_value' as measure,
        valued.user_id,
        valued.as_of_date,
        order_days.event_date as from_date,
        {{ money('order_days.net_revenue') }} as amount

    from valued
    inner join {{ ref('int_order_days') }} as order_days
        on
            valued.user_id = order_days.user_id
            and valued.as_of_date < order_days.event_date
            and valued.as_of_date + 7 > order_days.event_date

),

final as (

    select
        amounts.measure,
        terms.window_days,
        amounts.user_id,
        amounts.from_date,
        amounts.as_of_date + 7 as to_date,
        amounts.amount

    from amounts
    inner join terms
        on amounts.measure = terms.measure
    where amounts.amount <> 0

)

select * from final
