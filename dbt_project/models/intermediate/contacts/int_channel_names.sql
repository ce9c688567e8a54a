{{ config(materialized='view') }}

with

listed as (

    select
        channel,
        contact_field,
        {{ each_of("channel || '|' || coalesce(aliases, '')", '|') }} as name

    from {{ ref('channels') }}

),

final as (

    select
        channel,
        contact_field,
        {{ folded('name') }} as name

    from listed
    where name <> ''
    group by all

)

select * from final
