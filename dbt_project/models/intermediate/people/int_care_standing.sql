{{ config(materialized='view') }}

with

core as (

    select
        user_id,
        'core' as list,
        'core since ' || cast(min(valid_from) as {{ dbt.type_string() }}) as evidence,
        '自 ' || cast(min(valid_from) as {{ dbt.type_string() }}) || ' 起为核心用户' as evidence_zh

    from {{ ref('core_users') }}
    where valid_to is null
    group by user_id

),

koc as (

    select
        user_id,
        'koc' as list,
        'contribution score ' || {{ whole_number('floor(contribution_score)') }} as evidence,
        '贡献分 ' || {{ whole_number('floor(contribution_score)') }} as evidence_zh

    from {{ ref('contributors') }}
    where
        as_of_date = {{ as_of_date() }}
        and is_koc

),

incident_affected as (

    select
        user_id,
        'incident_affected' as list,
        'affected by ' || {{ whole_number('count(*)') }} || ' open, the first '
        || min(incident_id) as evidence,
        '受 ' || {{ whole_number('count(*)') }} || ' 起未结事故影响，首起 '
        || min(incident_id) as evidence_zh

    from {{ ref('incident_users') }}
    where is_frozen
    group by user_id

),

survey as (

    -- While an alert of the same rule is open: of whom activity fell.
    select
        warnings.user_id,
        'survey' as list,
        warnings.reason as evidence,
        warnings.reason_zh as evidence_zh

    from {{ ref('churn_warnings') }} as warnings
    where
        warnings.warning_level = 1
        and exists (
            select 1
            from {{ ref('alerts') }} as alerts
            inner join {{ ref('alert_rules') }} as alert_rules
                on alerts.alert = alert_rules.alert
            inner join {{ ref('care_rules') }} as rules
                on
                    alert_rules.source_id = rules.source_id
                    and rules.list = 'survey'
            where alerts.status = 'open'
        )

),

final as (

    select * from core
    union all
    select * from koc
    union all
    select * from incident_affected
    union all
    select * from survey

)

select * from final
