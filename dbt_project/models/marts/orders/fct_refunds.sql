with

reports as (

    select
        *,
        max(case when kind = 'purchase' and report_number = 1 then exact_amount end)
            over (partition by order_id) as order_amount,
        min(case when kind = 'cancellation' then occurred_at end)
            over (partition by order_id) as cancelled_at

    from {{ ref('int_order_reports') }}

),

refunds as (

    select
        *,
        order_date is not null as is_matched,
        -- Who names neither an amount nor products gives back all there is; without a rate nothing.
        case
            when not has_rate then null
            when says_amount then exact_amount
            else order_amount
        end as asked_amount,
        -- After a cancellation nothing is left to give; of an unknown amount nobody knows what is.
        order_amount is not null and occurred_at <= coalesce(cancelled_at, occurred_at) as can_take

    from reports
    where kind = 'refund'

),

running as (

    -- The total is converted, not each part: what came back whole leaves no cent.
    select
        *,
        sum(case when can_take then asked_amount end) over (
            partition by order_id
            order by occurred_at, load_date, source_file, source_line
            rows between unbounded preceding and current row
        ) as asked_so_far,
        sum(case when can_take then asked_amount end) over (
            partition by order_id
            order by occurred_at, load_date, source_file, source_line
            rows between unbounded preceding and 1 preceding
        ) as asked_before

    from refunds

),

final as (

    select
        message_id as refund_id,
        order_id,
        case when is_matched then buyer_id else user_id end as user_id,
        case
            when asked_amount is null then null
            when not is_matched then {{ payable('asked_amount') }}
            -- Never below zero for the order.
            when can_take
                then {{ money(
                    payable('least(asked_so_far, order_amount)')
                    ~ ' - ' ~ payable('least(coalesce(asked_before, 0), order_amount)')
                ) }}
            else {{ money('0') }}
        end as amount,
        currency,
        cast(original_amount as decimal(18, 4)) as original_amount,
        is_matched,
        has_rate as is_converted,
        occurred_at as refunded_at,
        -- A clock may run behind: what is given back was there before.
        greatest(event_date, coalesce(order_date, event_date)) as refund_date

    from running

)

select * from final
