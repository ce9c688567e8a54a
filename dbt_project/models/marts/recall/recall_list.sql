with

verdicts as (

    select * from {{ ref('int_recall_verdicts') }}
    where exclusion_reason is null

),

candidates as (

    select * from {{ ref('recall_candidates') }}

),

final as (

    select
        verdicts.as_of_date,
        verdicts.user_id,
        candidates.strategy,
        verdicts.channel,
        candidates.content_key,
        verdicts.arm,
        candidates.priority,
        verdicts.send_after,
        candidates.warning_level,
        candidates.segment,
        candidates.tier,
        candidates.lifecycle_stage,
        candidates.need,
        candidates.scene,
        candidates.scene_zh,
        candidates.unit_cost as cost,
        candidates.user_value,
        candidates.value_basis,
        candidates.expected_value,
        candidates.days_since_activity,
        candidates.days_since_order,
        candidates.reason,
        candidates.reason_zh

    from verdicts
    inner join candidates
        on verdicts.user_id = candidates.user_id

)

select * from final
