{#- Of the bands six places: Spark may write a zero of eight as 0E-8, and one of six in full. -#}
with

version as (

    {{ rule_version({
        'rfm_tiers': ['segment', 'tier'],
        'rfm_segments': ['r_score', 'f_score', 'segment'],
        'rfm_bands': ['input', 'score', "cast(from_value as decimal(18, 6)) || '00'"],
    }) }}

),

snapshots as (

    select
        as_of_date,
        lead(as_of_date) over (order by as_of_date) as next_date

    from (select distinct as_of_date from {{ ref('rfm_scores') }}) as dates

),

tiers as (

    select
        scores.user_id,
        scores.rfm_tier as tier,
        scores.as_of_date,
        snapshots.next_date,
        coalesce(
            lag(scores.rfm_tier) over place = scores.rfm_tier
            and lag(snapshots.next_date) over place = scores.as_of_date, false
        ) as goes_on

    from {{ ref('rfm_scores') }} as scores
    inner join snapshots
        on scores.as_of_date = snapshots.as_of_date
    window place as (partition by scores.user_id order by scores.as_of_date)

),

numbered as (

    select
        *,
        sum(case when goes_on then 0 else 1 end) over (
            partition by user_id
            order by as_of_date
            rows between unbounded preceding and current row
        ) as stretch

    from tiers

),

final as (

    select
        numbered.user_id,
        numbered.tier,
        min(numbered.as_of_date) as valid_from,
        case when count(numbered.next_date) = count(*) then max(numbered.next_date) end as valid_to,
        version.rule_version

    from numbered
    cross join version
    group by numbered.user_id, numbered.tier, numbered.stretch, version.rule_version

)

select * from final
