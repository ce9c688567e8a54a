{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

buyers as (

    select * from {{ ref('int_rfm_values') }}

),

segments as (

    select * from {{ ref('rfm_segments') }}

),

classes as (

    select * from {{ ref('rfm_classes') }}

),

tiers as (

    select * from {{ ref('rfm_tiers') }}

),

ranked as (

    -- percent_rank, not ntile: equal inputs get equal scores.
    select
        buyers.*,
        percent_rank() over (partition by as_of_date order by recency_days desc) as r_rank,
        percent_rank() over (partition by as_of_date order by frequency) as f_rank,
        percent_rank() over (partition by as_of_date order by monetary) as m_rank,
        -- Means of exact sums: a mean of floats would depend on their order.
        cast(sum(recency_days) over (partition by as_of_date) as double)
        / count(*) over (partition by as_of_date) as mean_recency,
        cast(sum(frequency) over (partition by as_of_date) as double)
        / count(*) over (partition by as_of_date) as mean_frequency,
        cast(sum(monetary) over (partition by as_of_date) as double)
        / count(*) over (partition by as_of_date) as mean_monetary

    from buyers

),

scored as (

    select
        *,
        cast(least(5, 1 + floor(5 * r_rank)) as bigint) as r_score,
        cast(least(5, 1 + floor(5 * f_rank)) as bigint) as f_score,
        cast(least(5, 1 + floor(5 * m_rank)) as bigint) as m_score

    from ranked

),

final as (

    select
        scored.user_id,
        scored.recency_days,
        scored.frequency,
        scored.monetary,
        scored.r_score,
        scored.f_score,
        scored.m_score,
        cast(scored.r_score * 100 + scored.f_score * 10 + scored.m_score as {{ dbt.type_string() }})
            as rfm_cell,
        segments.segment as rfm_segment,
        classes.class as rfm_class,
        tiers.tier as rfm_tier,
        scored.as_of_date

    from scored
    left join segments
        on
            scored.r_score = segments.r_score
            and scored.f_score = segments.f_score
    left join tiers
        on segments.segment = tiers.segment
    left join classes
        on
            classes.is_recent = (scored.recency_days <= scored.mean_recency)
            and classes.is_frequent = (scored.frequency > scored.mean_frequency)
            and classes.is_big = (cast(scored.monetary as double) > scored.mean_monetary)

)

select * from final
