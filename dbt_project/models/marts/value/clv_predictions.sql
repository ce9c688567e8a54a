{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

buyers as (

    -- The newest day, and the last Sunday of each month.
    select * from {{ ref('int_clv_inputs') }}
    where
        is_touched
        and (
            as_of_date = {{ as_of_date() }}
            or {{ is_last_of_month('as_of_date') }}
        )

),

predictions as (

    select * from {{ source('raw', 'clv_predictions') }}

),

final as (

    select
        buyers.user_id,
        cast(buyers.x as bigint) as x,
        cast(buyers.t_x as bigint) as t_x,
        cast(buyers.age_days as bigint) as age_days,
        buyers.spend,
        predictions.p_alive,
        predictions.expected_orders_30d,
        predictions.expected_orders_90d,
        predictions.expected_orders_365d,
        {{ money('predictions.expected_spend') }} as expected_spend,
        {{ money('predictions.clv_365d') }} as clv_365d,
        case when predictions.user_id is null then 'insufficient_data' else 'ok' end as status,
        buyers.as_of_date

    from buyers
    left join predictions
        on
            buyers.as_of_date = predictions.as_of_date
            and buyers.user_id = predictions.user_id

)

select * from final
