{{ config(
    severity='warn',
    meta={'dagster': {'ref': {'name': 'recall_exclusions'}}},
) }}

-- Whom the list passes over only because nobody ever asked for their consent: land it, or
-- let the `consent_default` of the channel in channels.csv be `granted`.
select user_id
from {{ ref('recall_exclusions') }}
where is_unasked
