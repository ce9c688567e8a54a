with

candidates as (

    select * from {{ ref('recall_candidates') }}

),

deleted as (

    select user_id from {{ ref('int_contacts') }}
    group by user_id
    having count_if(not is_erased) = 0

),

channels as (

    select * from {{ ref('int_recall_channels') }}

),

last_contacts as (

    select * from {{ ref('int_last_contacts') }}

),

arms as (

    select * from {{ ref('recall_arms') }}
    where experiment = 'recall'

),

parameters as (

    select
        max(case when parameter = 'recall_cooling_days' then cast(value as bigint) end)
            as cooling_days,
        max(case when parameter = 'recall_daily_budget' then cast(value as double) end)
            as daily_budget,
        max(case when parameter = 'recall_holdout_share' then cast(value as double) end)
            as holdout_share,
        max(case when parameter = 'recall_send_hour' then cast(value as bigint) end) as send_hour

    from {{ ref('parameters') }}

),

bucketed as (

    select
        candidates.*,
        {{ hash_bucket("candidates.user_id || '|recall'") }} as arm_bucket,
        {{ hash_bucket("candidates.user_id || '|holdout'") }} as holdout_bucket

    from candidates

),

judged as (

    -- The first reason in this order is the one that is told.
    select
        bucketed.*,
        channels.channel,
        arms.arm,
        parameters.daily_budget,
        parameters.send_hour,
        case
            when deleted.user_id is not null then 'erased'
            when not coalesce(channels.has_contact, false) then 'no_contact'
            when channels.channel is null then 'no_consent'
            when bucketed.holdout_bucket < 10000 * parameters.holdout_share then 'holdout'
            when not arms.is_contacted then 'control'
            when
                {{ days_between('last_contacts.last_contact_date', 'bucketed.as_of_date') }}
                < parameters.cooling_days
                then 'cooling'
            when not {{ is_silent('bucketed', 'bucketed.min_silent_days') }} then 'not_silent'
            when bucketed.expected_value <= 0 then 'no_value'
        end as exclusion_reason

    from bucketed
    cross join parameters
    left join channels
        on bucketed.user_id = channels.user_id
    left join deleted
        on bucketed.user_id = deleted.user_id
    left join last_contacts
        on bucketed.user_id = last_contacts.user_id
    left join arms
        on
            bucketed.arm_bucket >= arms.from_bucket
            and bucketed.arm_bucket <= arms.to_bucket

),

ranked as (

    select
        *,
        sum(case when exclusion_reason is null then unit_cost else 0 end) over (
            order by expected_value desc nulls last, priority asc, user_id asc
            rows between unbounded preceding and current row
        ) as spent

    from judged

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
        {{ dbt.dateadd('hour', 'send_hour',
            'cast(' ~ dbt.dateadd('day', 1, 'as_of_date') ~ ' as timestamp)') }} as send_after,
        warning_level,
        segment,
        tier,
        lifecycle_stage,
        need,
        scene,
        scene_zh,
        unit_cost,
        expected_value,
        days_since_activity,
        days_since_order,
        reason,
        reason_zh,
        case
            when exclusion_reason is not null then exclusion_reason
            when spent > daily_budget then 'budget'
        end as exclusion_reason

    from ranked

)

select * from final
