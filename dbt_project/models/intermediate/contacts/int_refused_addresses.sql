{{ config(materialized='view') }}

with

changes as (

    select * from {{ ref('int_profile_changes') }}
    where event_date <= {{ as_of_date() }}

),

final as (

    {{ refused_addresses('changes') }}

)

select * from final
