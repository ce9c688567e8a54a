with

verdicts as (

    select * from {{ ref('int_recall_verdicts') }}
    where exclusion_reason is null

),

final as (

    select
        as_of_date,
        user_id,
        strategy,
        channel,
        content_key,
        arm,
        priority,
        send_after,
        warning_level,
        segment,
        tier,
        lifecycle_stage,
        need,
        scene,
        scene_zh,
        unit_cost as cost,
        expected_value,
        days_since_activity,
        days_since_order,
        reason,
        reason_zh

    from verdicts

)

select * from final
