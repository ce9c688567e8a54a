{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'incidents'}}}) }}
-- An incident affects nobody, so nobody is left alone for it: no event between its start and its
-- end has its country, platform, event or user_id. Land a row of it with the words of the events.
select
    incident_id,
    started_at,
    ended_at

from {{ ref('incidents') }}
where affected_users = 0
