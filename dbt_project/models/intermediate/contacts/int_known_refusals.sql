{{ config(materialized='view') }}

with

changes as (

    select * from {{ ref('int_profile_changes') }}

),

final as (

    {{ refused_addresses('changes') }}

)

select * from final
