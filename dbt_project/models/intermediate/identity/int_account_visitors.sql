{#- A view: read once, by `int_identity_map`. -#}
{{ config(materialized='view') }}

with

arrivals as (

    select * from {{ ref('int_load_actors') }}
    where first_at is not null

),

visitors as (

    select anonymous_id
    from arrivals
    where known_id is null
    group by anonymous_id

),

accounts as (

    select known_id
    from arrivals
    where known_id is not null
    group by known_id

),

final as (

    select visitors.anonymous_id
    from visitors
    inner join accounts
        on visitors.anonymous_id = accounts.known_id

)

select * from final
