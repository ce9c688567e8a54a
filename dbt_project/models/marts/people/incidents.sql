with

incidents as (

    select * from {{ ref('int_incidents') }}

),

parameters as (

    select value as answer_hours
    from {{ ref('parameters') }}
    where parameter = 'complaint_answer_hours'

),

answers as (

    -- Who never told of an answer may have given many.
    select count(*) > 0 as are_told
    from {{ ref('int_feedback') }}
    where
        kind = 'complaint'
        and is_answer
        and event_date <= {{ as_of_date() }}

),

users as (

    select
        incident_id,
        count(*) as affected_users,
        count(case when is_core then 1 end) as core_users,
        count(case when is_frozen then 1 end) as frozen_users,
        case when max(status) = 'ok' then count(compensation) end as compensated_users,
        sum(cost) as compensation_cost

    from {{ ref('incident_users') }}
    group by incident_id

),

duties as (

    select
        incident_id,
        count(*) - count(done_at) as open_duties,
        case when count(due_at) > 0 then coalesce(count_if(is_late), 0) end as late_duties,
        max(due_at) as last_due_at

    from {{ ref('incident_duties') }}
    group by incident_id

),

complaints as (

    select
        incidents.incident_id,
        count(*) as complaints,
        count(case when cases.response_hours <= parameters.answer_hours then 1 end)
            as answered_in_time

    from incidents
    cross join parameters
    inner join duties
        on incidents.incident_id = duties.incident_id
    inner join {{ ref('incident_users') }} as affected
        on incidents.incident_id = affected.incident_id
    inner join {{ ref('int_feedback_cases') }} as cases
        on
            affected.user_id = cases.user_id
            and incidents.started_at <= cases.opened_at
            and duties.last_due_at >= cases.opened_at
    where cases.kind = 'complaint'
    group by incidents.incident_id

),

churn as (

    select
        incident_id,
        {% for side, sign in [('affected', ''), ('unaffected', 'not ')] %}
        cast(coalesce(count_if({{ sign }}is_affected), 0) as bigint) as {{ side }}_before,
        cast(coalesce(count_if({{ sign }}is_affected and has_churned), 0) as bigint)
            as {{ side }}_churned,
        {% endfor %}
        count(*) as users

    from {{ ref('int_incident_churn') }}
    group by incident_id

),

rates as (

    select
        *,
        {{ rate('affected_churned', 'affected_before') }} as churn_affected,
        {{ rate('unaffected_churned', 'unaffected_before') }} as churn_unaffected

    from churn

),

compared as (

    -- Of two shares, each with its own variance; 1.96 of its roots to either side are 95%.
    select
        *,
        churn_affected - churn_unaffected as churn_difference,
        1.959963985 * sqrt(
            churn_affected * (1 - churn_affected) / nullif(affected_before, 0)
            + churn_unaffected * (1 - churn_unaffected) / nullif(unaffected_before, 0)
        ) as margin

    from rates

),

final as (

    select
        incidents.incident_id,
        incidents.kind,
        incidents.started_at,
        incidents.ended_at,
        cast(coalesce(users.affected_users, 0) as bigint) as affected_users,
        cast(coalesce(users.core_users, 0) as bigint) as core_users,
        cast(coalesce(users.frozen_users, 0) as bigint) as frozen_users,
        cast(duties.open_duties as bigint) as open_duties,
        cast(duties.late_duties as bigint) as late_duties,
        incidents.compensation,
        cast(
            case when users.incident_id is null then 0 else users.compensated_users end as bigint
        ) as compensated_users,
        cast(users.compensation_cost as decimal(18, 2)) as compensation_cost,
        cast(case
            when incidents.started_at is not null then coalesce(complaints.complaints, 0)
        end as bigint) as complaints,
        case
            when answers.are_told
                then {{ rate('complaints.answered_in_time', 'complaints.complaints') }}
        end as answered_in_time,
        compared.affected_before,
        compared.churn_affected,
        compared.unaffected_before,
        compared.churn_unaffected,
        compared.churn_difference,
        compared.churn_difference - nullif(compared.margin, 0) as ci_low,
        compared.churn_difference + nullif(compared.margin, 0) as ci_high,
        case
            when incidents.started_at is null then 'unknown'
            when coalesce(compared.margin, 0) = 0 then 'insufficient_data'
            else 'ok'
        end as status

    from incidents
    cross join answers
    left join users
        on incidents.incident_id = users.incident_id
    left join duties
        on incidents.incident_id = duties.incident_id
    left join complaints
        on incidents.incident_id = complaints.incident_id
    left join compared
        on incidents.incident_id = compared.incident_id

)

select * from final
