-- 25 cells, each exactly once: neither a gap nor an overlap.
with

scores as (

    select cast(1 as bigint) as score
    union all
    select cast(2 as bigint) as score
    union all
    select cast(3 as bigint) as score
    union all
    select cast(4 as bigint) as score
    union all
    select cast(5 as bigint) as score

),

cells as (

    select
        recency.score as r_score,
        frequency.score as f_score

    from scores as recency
    cross join scores as frequency

)

select
    cells.r_score,
    cells.f_score,
    count(segments.segment) as segments

from cells
left join {{ ref('rfm_segments') }} as segments
    on
        cells.r_score = segments.r_score
        and cells.f_score = segments.f_score
group by cells.r_score, cells.f_score
having count(segments.segment) <> 1
