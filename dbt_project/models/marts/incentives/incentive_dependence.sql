with

dates as (

    select
        max(as_of_date) as as_of_date,
        {{ period_start('week', 'max(as_of_date) + 1') }} - 1 as tier_date

    from {{ ref('int_snapshot_dates') }}

),

spans as (

    -- The whole phases of rewards that have ended, as far as the days go.
    select
        spans.reward,
        spans.kind,
        spans.phase,
        spans.period_number,
        spans.from_date,
        least(spans.to_date, dates.as_of_date) as to_date,
        spans.is_mature

    from {{ ref('int_reward_spans') }} as spans
    cross join dates
    where
        spans.period_number = 0
        and spans.reward in (
            select ended.reward from {{ ref('int_reward_spans') }} as ended
            where
                ended.phase = 'after'
                and ended.period_number = 0
        )

),

takers as (

    {{ reward_takers() }}

),

members as (

    -- Nobody is missing from days before they came.
    select
        takers.user_id,
        spans.reward,
        spans.phase,
        spans.from_date,
        spans.to_date,
        spans.is_mature,
        {{ days_between(
            'greatest(spans.from_date, takers.first_active_date)', 'spans.to_date'
        ) }} + 1 as member_days

    from spans
    inner join takers
        on
            spans.reward = takers.reward
            and spans.to_date >= takers.first_active_date

),

counted as (

    select
        members.user_id,
        members.reward,
        members.phase,
        members.member_days,
        members.is_mature,
        coalesce(count_if(user_days.events > 0), 0) as active_days,
        coalesce(sum(user_days.orders), 0) as orders

    from members
    left join {{ ref('fct_user_days') }} as user_days
        on
            members.user_id = user_days.user_id
            and members.from_date <= user_days.event_date
            and members.to_date >= user_days.event_date
    group by
        members.user_id,
        members.reward,
        members.phase,
        members.member_days,
        members.is_mature

),

tiered as (

    select
        counted.*,
        coalesce(scores.rfm_tier, 'none') as tier

    from counted
    cross join dates
    left join {{ ref('rfm_scores') }} as scores
        on
            counted.user_id = scores.user_id
            and dates.tier_date = scores.as_of_date
    union all
    select
        counted.*,
        'all' as tier

    from counted

),

sums as (

    select
        tier,
        cast(count(distinct user_id) as bigint) as users,
        {% for phase in ['before', 'during', 'after'] %}
        {{ rate(
            "sum(case when phase = '" ~ phase ~ "' then active_days end)",
            "sum(case when phase = '" ~ phase ~ "' then member_days end)"
        ) }} as activity_{{ phase }},
        {{ rate(
            "count(case when phase = '" ~ phase ~ "' and orders > 1 then 1 end)",
            "count(case when phase = '" ~ phase ~ "' and orders > 0 then 1 end)"
        ) }} as repurchase_{{ phase }},
        {% endfor %}
        min(case when is_mature then 1 else 0 end) = 1 as is_mature

    from tiered
    group by tier

),

told as (

    -- Of everybody there is a row also where there was no reward.
    select 'all' as tier
    union
    select tier
    from sums

),

final as (

    select
        told.tier,
        coalesce(sums.users, 0) as users,
        sums.is_mature,
        sums.activity_before,
        sums.activity_during,
        sums.activity_after,
        sums.repurchase_before,
        sums.repurchase_during,
        sums.repurchase_after,
        case
            when sums.activity_during > 0
                then greatest(1 - sums.activity_after / sums.activity_during, 0)
        end as dependence,
        case
            when sums.tier is null then 'unknown'
            when sums.activity_during > 0 and sums.activity_after is not null then 'ok'
            else 'insufficient_data'
        end as status

    from told
    left join sums
        on told.tier = sums.tier

)

select * from final
