with

scores as (

    select * from {{ ref('rfm_scores') }}

),

tiers as (

    select
        tier,
        max(tier_rank) as tier_rank

    from {{ ref('rfm_tiers') }}
    group by tier

),

snapshots as (

    select
        as_of_date,
        lag(as_of_date) over (order by as_of_date) as previous_date,
        max(method) = lag(max(method)) over (order by as_of_date) as is_one_method

    from scores
    group by as_of_date

),

current_tiers as (

    select
        snapshots.as_of_date,
        snapshots.previous_date,
        scores.user_id,
        scores.rfm_tier as to_tier

    from snapshots
    inner join scores
        on snapshots.as_of_date = scores.as_of_date
    where snapshots.previous_date is not null

),

previous_tiers as (

    select
        snapshots.as_of_date,
        snapshots.previous_date,
        scores.user_id,
        scores.rfm_tier as from_tier

    from snapshots
    inner join scores
        on snapshots.previous_date = scores.as_of_date

),

moves as (

    select
        coalesce(current_tiers.as_of_date, previous_tiers.as_of_date) as as_of_date,
        coalesce(current_tiers.previous_date, previous_tiers.previous_date) as previous_date,
        coalesce(previous_tiers.from_tier, 'none') as from_tier,
        coalesce(current_tiers.to_tier, 'none') as to_tier

    from current_tiers
    full outer join previous_tiers
        on
            current_tiers.as_of_date = previous_tiers.as_of_date
            and current_tiers.user_id = previous_tiers.user_id

),

counted as (

    select
        as_of_date,
        previous_date,
        from_tier,
        to_tier,
        cast(count(*) as bigint) as users

    from moves
    group by as_of_date, previous_date, from_tier, to_tier

),

final as (

    select
        counted.as_of_date,
        counted.previous_date,
        counted.from_tier,
        counted.to_tier,
        case
            when counted.from_tier = 'none' then 'new'
            when counted.to_tier = 'none' then 'gone'
            when to_rank.tier_rank > from_rank.tier_rank then 'up'
            when to_rank.tier_rank < from_rank.tier_rank then 'down'
            else 'stay'
        end as direction,
        counted.users,
        -- Scores by ranks and by bands are two scales: a move between them is none.
        case
            when snapshots.is_one_method
                then {{ rate(
                    'counted.users',
                    'sum(counted.users) over (partition by counted.as_of_date, counted.from_tier)'
                ) }}
        end as share,
        case when snapshots.is_one_method then 'ok' else 'method_changed' end as status

    from counted
    inner join snapshots
        on counted.as_of_date = snapshots.as_of_date
    left join tiers as from_rank
        on counted.from_tier = from_rank.tier
    left join tiers as to_rank
        on counted.to_tier = to_rank.tier

)

select * from final
