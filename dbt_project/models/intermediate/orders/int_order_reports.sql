with

order_events as (

    select * from {{ ref('int_order_events') }}
    where order_id is not null

),

numbered as (

    -- The same order reported twice is one order: the first report with an amount says what it is.
    select
        *,
        row_number() over (
            partition by order_id, kind
            order by
                case when kind = 'purchase' and amount is null then 1 else 0 end,
                occurred_at,
                load_date,
                source_file,
                source_line
        ) as report_number

    from order_events

),

orders as (

    select
        order_id,
        user_id,
        event_date,
        coalesce(currency, '{{ var("currency") }}') as currency

    from numbered
    where
        kind = 'purchase'
        and report_number = 1

),

placed as (

    -- Back goes the currency that came, at the rate it had then: what came back whole is whole.
    select
        numbered.*,
        orders.user_id as buyer_id,
        orders.event_date as order_date,
        case
            when numbered.kind <> 'purchase' then coalesce(numbered.currency, orders.currency)
            else numbered.currency
        end as named_currency,
        coalesce(orders.event_date, numbered.event_date) as valued_on

    from numbered
    left join orders
        on numbered.order_id = orders.order_id

),

final as (

    -- Not rounded yet: of refunds their running total will be.
    select
        placed.message_id,
        placed.order_id,
        placed.user_id,
        placed.buyer_id,
        placed.kind,
        placed.report_number,
        placed.says_amount,
        placed.amount as original_amount,
        placed.named_currency,
        coalesce(placed.named_currency, '{{ var("currency") }}') as currency,
        case
            when cast(placed.amount as decimal(18, 4)) * rates.rate < 100000000000000
                then cast(cast(placed.amount as decimal(18, 4)) * rates.rate as decimal(28, 14))
        end as exact_amount,
        rates.rate is not null as has_rate,
        placed.coupon,
        placed.occurred_at,
        placed.load_date,
        placed.source_file,
        placed.source_line,
        placed.event_date,
        placed.order_date

    from placed
    left join {{ exchange_rates() }} as rates
        on
            coalesce(placed.named_currency, '{{ var("currency") }}') = rates.currency
            and placed.valued_on >= rates.valid_from
            and placed.valued_on < rates.valid_to

)

select * from final
