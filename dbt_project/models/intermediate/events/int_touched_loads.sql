{#- Of all the files of the lake, only those that hold a touched day are opened. -#}
{{ config(materialized='view') }}

with

final as (

    select distinct load_days.load_date
    from {{ ref('int_load_days') }} as load_days
    inner join {{ ref('int_touched_days') }} as touched
        on load_days.event_date = touched.event_date

)

select * from final
