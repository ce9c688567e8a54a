{{ config(
    severity='warn',
    fail_calc='coalesce(sum(orders_without_value), 0)',
    meta={'dagster': {'ref': {'name': 'int_order_faults'}}}
) }}
-- Orders whose amount is unknown, or in a currency without a rate, are in no total.
-- Of the days of this run: what was told once is not told again.
select orders_without_value
from {{ ref('int_order_faults') }}
where
    orders_without_value > 0
    and event_date in (select touched.event_date from {{ ref('int_touched_days') }} as touched)
