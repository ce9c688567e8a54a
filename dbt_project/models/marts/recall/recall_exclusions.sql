with

verdicts as (

    select * from {{ ref('int_recall_verdicts') }}
    where exclusion_reason is not null

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
        verdicts.exclusion_reason,
        verdicts.is_unasked,
        candidates.warning_level,
        candidates.segment,
        candidates.tier,
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
