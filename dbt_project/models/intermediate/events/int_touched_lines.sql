{{ config(materialized='view') }}

with

touched as (

    select * from {{ ref('int_touched_days') }}

),

loads as (

    select load_days.load_date
    from {{ ref('int_load_days') }} as load_days
    inner join touched
        on load_days.event_date = touched.event_date

),

final as (

    -- The loads first: of all the files of the lake, only those that hold a touched day are opened.
    select * from {{ ref('stg_events') }}
    where
        load_date in (select loads.load_date from loads)
        and event_date in (select touched.event_date from touched)

)

select * from final
