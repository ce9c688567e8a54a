with

tiers as (

    -- A tier stands once for each of its segments; the rules prove that its names agree.
    select
        tier,
        min(tier_name_en) as name_en,
        min(tier_name_zh) as name_zh,
        max(tier_rank) as tier_rank

    from {{ ref('rfm_tiers') }}
    group by tier

),

final as (

    select
        tier as code,
        name_en,
        name_zh,
        cast(row_number() over (order by tier_rank desc, tier asc) as bigint) as position

    from tiers

)

select * from final
