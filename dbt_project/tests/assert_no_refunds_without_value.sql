{{ config(
    severity='warn',
    fail_calc='coalesce(sum(refunds_without_value), 0)',
    meta={'dagster': {'ref': {'name': 'int_order_faults'}}}
) }}
-- Refunds that cannot be read, or in a currency without a rate, take nothing back.
-- Of the days of this run: what was told once is not told again.
select refunds_without_value
from {{ ref('int_order_faults') }}
where
    refunds_without_value > 0
    and event_date in (select touched.event_date from {{ ref('int_touched_days') }} as touched)
