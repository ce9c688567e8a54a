{{ config(
    severity='warn',
    fail_calc='coalesce(sum(purchases_without_id), 0)',
    meta={'dagster': {'ref': {'name': 'int_order_faults'}}}
) }}
-- Purchases that name no order are activity, and in no number of money.
-- Of the days of this run: what was told once is not told again.
select purchases_without_id
from {{ ref('int_order_faults') }}
where
    purchases_without_id > 0
    and event_date in (select touched.event_date from {{ ref('int_touched_days') }} as touched)
