{{ config(materialized='view') }}

select
    user_id,
    entry_id,
    kind,
    item as lot_id,
    points,
    expires_at,
    expires_on,
    occurred_at,
    event_date

from {{ ref('int_loyalty_entries') }}
where kind in ('earned', 'redeemed', 'expired', 'extended')
