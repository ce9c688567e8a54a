{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

tiers as (

    select
        tier,
        max(tier_rank) as tier_rank

    from {{ ref('rfm_tiers') }}
    group by tier

),

benefits as (

    select
        benefits.*,
        tiers.tier_rank as min_tier_rank

    from {{ ref('benefits') }} as benefits
    left join tiers
        on benefits.min_tier = tiers.tier

),

dates as (

    select
        as_of_date,
        {{ period_start('week', 'as_of_date + 1') }} - 1 as tier_date

    from {{ ref('int_snapshot_dates') }}
    where {{ is_month_snapshot() }}

),

uses as (

    select
        user_id,
        item as benefit,
        event_date

    from {{ ref('int_loyalty_entries') }}
    where
        kind = 'benefit'
        and event_date <= {{ as_of_date() }}

),

entitled as (

    -- What is dear asks for a tier and for points beside the score.
    select
        levels.as_of_date,
        levels.user_id,
        benefits.benefit

    from dates
    inner join {{ ref('growth_levels') }} as levels
        on dates.as_of_date = levels.as_of_date
    inner join benefits
        on levels.score >= benefits.min_score
    left join {{ ref('rfm_scores') }} as scores
        on
            dates.tier_date = scores.as_of_date
            and levels.user_id = scores.user_id
    left join tiers
        on scores.rfm_tier = tiers.tier
    left join {{ ref('points_balances') }} as balances
        on
            levels.as_of_date = balances.as_of_date
            and levels.user_id = balances.user_id
    where
        (benefits.min_tier is null or tiers.tier_rank >= benefits.min_tier_rank)
        and (benefits.min_points is null or balances.outstanding >= benefits.min_points)

),

used as (

    -- Of the month or year the day lies in, or of all days.
    select
        dates.as_of_date,
        uses.user_id,
        uses.benefit,
        count(*) as uses

    from dates
    inner join uses
        on dates.as_of_date >= uses.event_date
    inner join benefits
        on
            uses.benefit = benefits.benefit
            and uses.event_date >= case benefits.period
                when 'month' then {{ period_start('month', 'dates.as_of_date') }}
                when 'year' then {{ period_start('year', 'dates.as_of_date') }}
                else date '1970-01-01'
            end
    group by dates.as_of_date, uses.user_id, uses.benefit

),

known as (

    select min(event_date) as first_date from uses

),

joined as (

    select
        coalesce(entitled.as_of_date, used.as_of_date) as as_of_date,
        coalesce(entitled.user_id, used.user_id) as user_id,
        coalesce(entitled.benefit, used.benefit) as benefit,
        entitled.user_id is not null as is_entitled,
        coalesce(used.uses, 0) as uses

    from entitled
    full outer join used
        on
            entitled.as_of_date = used.as_of_date
            and entitled.user_id = used.user_id
            and entitled.benefit = used.benefit

),

final as (

    select
        joined.user_id,
        joined.benefit,
        joined.is_entitled,
        benefits.quota,
        case when known.first_date <= joined.as_of_date then cast(joined.uses as bigint) end
            as used,
        case
            when not joined.is_entitled or joined.uses >= benefits.quota then 0
            when known.first_date <= joined.as_of_date
                then benefits.quota - cast(joined.uses as bigint)
        end as remaining,
        case when known.first_date <= joined.as_of_date then 'ok' else 'unknown' end as status,
        joined.as_of_date

    from joined
    cross join known
    inner join benefits
        on joined.benefit = benefits.benefit

)

select * from final
