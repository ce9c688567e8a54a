{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

parameters as (

    select cast(value as bigint) as min_buyers
    from {{ ref('parameters') }}
    where parameter = 'rfm_min_buyers'

),

bands as (

    select
        input,
        score,
        from_value,
        lead(from_value) over (partition by input order by from_value) as to_value

    from {{ ref('rfm_bands') }}

),

measured as (

    -- percent_rank, not ntile: equal inputs get equal scores.
    select
        *,
        percent_rank() over (partition by as_of_date order by recency_days desc) as r_rank,
        percent_rank() over (partition by as_of_date order by frequency) as f_rank,
        percent_rank() over (partition by as_of_date order by monetary) as m_rank,
        cast(count(*) over snapshot as decimal(10, 0)) as buyers,
        cast(sum(valued_orders) over snapshot as decimal(10, 0)) as all_valued_orders,
        cast(monetary as {{ long_money_type() }}) as long_monetary,
        cast(sum(recency_days) over snapshot as decimal(19, 0)) as all_recency,
        cast(sum(frequency) over snapshot as decimal(19, 0)) as all_frequency,
        cast(sum(monetary) over snapshot as {{ long_money_type() }}) as all_monetary,
        max(recency_days) over snapshot = min(recency_days) over snapshot as is_one_recency,
        max(frequency) over snapshot = min(frequency) over snapshot as is_one_frequency,
        max(monetary) over snapshot = min(monetary) over snapshot as is_one_monetary

    from {{ ref('int_rfm_values') }}
    window snapshot as (partition by as_of_date)

),

judged as (

    -- Sides of a fraction, not a mean: what is at the mean must not be above it by a rounding.
    select
        measured.*,
        case when buyers < parameters.min_buyers then 'bands' else 'ranks' end as method,
        measured.long_monetary * measured.all_valued_orders as relative_monetary,
        case
            when measured.all_monetary > 0 then measured.all_monetary
            else cast(1 as {{ long_money_type() }})
        end as monetary_unit,
        measured.recency_days * measured.buyers <= measured.all_recency as is_recent,
        measured.frequency * measured.buyers > measured.all_frequency as is_frequent,
        measured.long_monetary * measured.buyers > measured.all_monetary as is_big

    from measured
    cross join parameters

),

scored as (

    -- A rank says nothing among few, or where all are the same: there the bands speak.
    select
        judged.*,
        coalesce(r_bands.score, cast(least(5, 1 + floor(5 * judged.r_rank)) as bigint)) as r_score,
        coalesce(f_bands.score, cast(least(5, 1 + floor(5 * judged.f_rank)) as bigint)) as f_score,
        coalesce(m_bands.score, cast(least(5, 1 + floor(5 * judged.m_rank)) as bigint)) as m_score

    from judged
    left join bands as r_bands
        on
            (judged.method = 'bands' or judged.is_one_recency)
            and r_bands.input = 'recency_days'
            and judged.recency_days >= r_bands.from_value
            and coalesce(judged.recency_days < r_bands.to_value, true)
    left join bands as f_bands
        on
            (judged.method = 'bands' or judged.is_one_frequency)
            and f_bands.input = 'frequency'
            and judged.frequency >= f_bands.from_value
            and coalesce(judged.frequency < f_bands.to_value, true)
    left join bands as m_bands
        on
            (judged.method = 'bands' or judged.is_one_monetary)
            and m_bands.input = 'monetary_ratio'
            and judged.relative_monetary >= m_bands.from_value * judged.monetary_unit
            and coalesce(judged.relative_monetary < m_bands.to_value * judged.monetary_unit, true)

),

final as (

    select
        scored.user_id,
        scored.recency_days,
        scored.frequency,
        scored.monetary,
        scored.method,
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
    left join {{ ref('rfm_segments') }} as segments
        on
            scored.r_score = segments.r_score
            and scored.f_score = segments.f_score
    left join {{ ref('rfm_tiers') }} as tiers
        on segments.segment = tiers.segment
    left join {{ ref('rfm_classes') }} as classes
        on
            scored.is_recent = classes.is_recent
            and scored.is_frequent = classes.is_frequent
            and scored.is_big = classes.is_big

)

select * from final
