with

restatements as (

    select * from {{ source('raw', 'kpi_restatements') }}

),

final as (

    select
        as_of_date,
        kpi,
        dimension,
        dimension_value,
        restated_on,
        value_before,
        value_after,
        because

    from restatements

)

select * from final
