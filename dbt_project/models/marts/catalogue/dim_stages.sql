with

stages as (

    select * from {{ ref('lifecycle_stages') }}

),

final as (

    select
        stage as code,
        name_en,
        name_zh,
        stage_order as position,
        source_id

    from stages

)

select * from final
