{{ config(
    severity='warn',
    fail_calc='coalesce(sum(order_conflicts), 0)',
    meta={'dagster': {'ref': {'name': 'int_order_faults'}}}
) }}
-- Further reports of an order that name another buyer or amount: the first with an amount counts.
-- Of the days of this run: what was told once is not told again.
select order_conflicts
from {{ ref('int_order_faults') }}
where
    order_conflicts > 0
    and event_date in (select touched.event_date from {{ ref('int_touched_days') }} as touched)
