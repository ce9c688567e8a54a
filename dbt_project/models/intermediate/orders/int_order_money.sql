with

order_events as (

    select * from {{ ref('int_order_events') }}

),

fx_rates as (

    select * from {{ ref('fx_rates') }}

),

rate_periods as (

    select
        currency,
        cast(rate as double) as rate,
        valid_from,
        lead(valid_from) over (partition by currency order by valid_from) as valid_to

    from fx_rates

),

priced as (

    -- Rates share one base, so any listed currency can be the reporting currency.
    select
        order_events.*,
        coalesce(order_events.currency, '{{ var("currency") }}') as order_currency,
        case
            when coalesce(order_events.currency, '{{ var("currency") }}') = '{{ var("currency") }}'
                then {{ money('order_events.amount') }}
            else {{ money(rounded(
                'cast(order_events.amount as double) * source_rate.rate / reporting_rate.rate', 2
            )) }}
        end as reported_amount

    from order_events
    left join rate_periods as source_rate
        on
            order_events.currency = source_rate.currency
            and order_events.event_date >= source_rate.valid_from
            and order_events.event_date < coalesce(source_rate.valid_to, date '9999-12-31')
    left join rate_periods as reporting_rate
        on
            reporting_rate.currency = '{{ var("currency") }}'
            and order_events.event_date >= reporting_rate.valid_from
            and order_events.event_date < coalesce(reporting_rate.valid_to, date '9999-12-31')

),

final as (

    select
        message_id,
        order_id,
        user_id,
        kind,
        -- The same order reported twice is one order: the first report of its kind counts.
        row_number() over (partition by order_id, kind order by occurred_at, message_id)
            as report_number,
        {{ money('amount') }} as original_amount,
        order_currency,
        reported_amount,
        coupon,
        occurred_at,
        event_date

    from priced

)

select * from final
