{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

levels as (

    select
        level,
        from_score,
        lead(from_score) over (order by from_score) as next_score

    from {{ ref('level_bands') }}

),

scores as (

    select
        as_of_date,
        user_id,
        sum(case when part = 'newcomer' then score else 0 end) as newcomer_score,
        sum(case when part = 'activity' then score else 0 end) as activity_score,
        sum(case when part = 'social' then score else 0 end) as social_score,
        sum(score) as score

    from {{ ref('int_growth_scores') }}
    group by as_of_date, user_id

),

ranked as (

    select
        scores.*,
        levels.level,
        levels.next_score is null as is_max_level,
        coalesce(
            {{ rate('scores.score - levels.from_score', 'levels.next_score - levels.from_score') }},
            1.0
        ) as progress,
        levels.next_score - scores.score as points_to_next,
        rank() over (partition by scores.as_of_date order by scores.score desc) as place

    from scores
    inner join levels
        on
            scores.score >= levels.from_score
            and coalesce(scores.score < levels.next_score, true)
    where scores.score > 0

),

steps as (

    -- Of those at the top alone: what each day added, no action counting beyond its most.
    select
        ranked.as_of_date,
        ranked.user_id,
        gains.gained_date,
        least((sum(gains.amount) over so_far) * actions.points, actions.most)
        - least(
            ((sum(gains.amount) over so_far) - gains.amount) * actions.points, actions.most
        ) as added

    from ranked
    inner join {{ ref('int_growth_gains') }} as gains
        on
            ranked.user_id = gains.user_id
            and ranked.as_of_date >= gains.gained_date
            and coalesce(ranked.as_of_date < gains.lost_date, true)
    inner join {{ ref('growth_actions') }} as actions
        on
            gains.measure = actions.measure
            and coalesce(gains.task, '') = coalesce(actions.task, '')
    where ranked.is_max_level
    window so_far as (
        partition by ranked.as_of_date, ranked.user_id, gains.measure, gains.task
        order by gains.gained_date
        rows between unbounded preceding and current row
    )

),

risen as (

    select
        *,
        sum(added) over (
            partition by as_of_date, user_id
            order by gained_date
            range between unbounded preceding and current row
        ) as score

    from steps

),

reached as (

    select
        risen.as_of_date,
        risen.user_id,
        {{ days_between('min(risen.gained_date)', 'risen.as_of_date') }} as days_at_max_level

    from risen
    inner join levels
        on
            risen.score >= levels.from_score
            and levels.next_score is null
    group by risen.as_of_date, risen.user_id

),

honours as (

    select
        honour,
        from_days,
        lead(from_days) over (order by from_days) as next_days

    from {{ ref('honours') }}

),

final as (

    select
        ranked.user_id,
        cast(ranked.score as bigint) as score,
        cast(ranked.newcomer_score as bigint) as newcomer_score,
        cast(ranked.activity_score as bigint) as activity_score,
        cast(ranked.social_score as bigint) as social_score,
        ranked.level,
        ranked.progress,
        cast(ranked.points_to_next as bigint) as points_to_next,
        cast(ranked.place as bigint) as rank,
        ranked.is_max_level,
        reached.days_at_max_level,
        honours.honour,
        ranked.as_of_date

    from ranked
    left join reached
        on
            ranked.as_of_date = reached.as_of_date
            and ranked.user_id = reached.user_id
    left join honours
        on
            reached.days_at_max_level >= honours.from_days
            and coalesce(reached.days_at_max_level < honours.next_days, true)

)

select * from final
