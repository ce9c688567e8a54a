{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'incidents'}}}) }}
-- An incident offers a compensation that no rule prices, so nobody knows what it costs, or names a
-- duty that nobody owes, so its own stays open and its users are not called back. Add a row to
-- compensations.csv or duty_rules.csv, or land a row of the incident with the word of the rule.
select
    incidents.incident_id,
    'compensation' as said_as,
    incidents.compensation as word

from {{ ref('incidents') }} as incidents
left join {{ ref('compensations') }} as compensations
    on lower(incidents.compensation) = compensations.compensation
where
    incidents.compensation is not null
    and compensations.compensation is null
union
select
    told.incident_id,
    'duty' as said_as,
    told.duty as word

from {{ ref('stg_incidents') }} as told
left join {{ ref('duty_rules') }} as rules
    on lower(told.duty) = rules.duty
where
    told.duty is not null
    and rules.duty is null
