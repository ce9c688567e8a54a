with

tiers as (

    select * from {{ ref('rfm_tiers') }}

),

final as (

    select
        segment as code,
        name_en,
        name_zh,
        cast(row_number() over (order by tier_rank desc, segment asc) as bigint) as position,
        tier

    from tiers

)

select * from final
