{{ config(materialized='view') }}

with

phases as (

    select * from {{ ref('phases') }}

),

final as (

    select
        phase,
        name_en,
        name_zh,
        valid_from,
        lead(valid_from) over (order by valid_from) as valid_to,
        source_id

    from phases

)

select * from final
