with

verdicts as (

    select * from {{ ref('int_recall_verdicts') }}
    where exclusion_reason is not null

),

final as (

    select
        as_of_date,
        user_id,
        strategy,
        channel,
        exclusion_reason,
        warning_level,
        segment,
        tier,
        expected_value,
        days_since_activity,
        days_since_order,
        reason,
        reason_zh

    from verdicts

)

select * from final
