{{ config(
    severity='warn',
    fail_calc='coalesce(sum(unmatched_refunds), 0)',
    meta={'dagster': {'ref': {'name': 'int_order_faults'}}}
) }}
-- Refunds of orders never reported count on their day, and in no order.
-- Of the days of this run: what was told once is not told again.
select unmatched_refunds
from {{ ref('int_order_faults') }}
where
    unmatched_refunds > 0
    and event_date in (select touched.event_date from {{ ref('int_touched_days') }} as touched)
