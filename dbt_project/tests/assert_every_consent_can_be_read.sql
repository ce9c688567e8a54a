{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_profile_changes'}}}) }}
-- What somebody said of consent is no plain yes or no, and is taken as a no: look at `granted` or
-- the state, or at the text that came in, and map it to a word that is read (docs/vendors.md).
-- Of the days of this run: what was told once is not told again. Each row is one line.
select distinct
    user_id,
    occurred_at,
    source_file,
    source_line

from {{ ref('int_profile_changes') }}
where
    kind = 'refused'
    and value = 'unread'
    and event_date in (select touched.event_date from {{ ref('int_touched_days') }} as touched)
