{#-
    Also read by whoever attaches the build file, under another name than dbt's: so no database is
    named. What Spark has built is read there as files, and a view has none.
-#}
{{ config(materialized='view' if target.type == 'duckdb' else 'table') }}

with

identity_map as (

    select * from {{ ref('int_identity_map').include(database=false) }}

),

final as (

    select
        actor_id as named_id,
        user_id

    from identity_map

    union

    -- Its own account: a visitor of the same id may be somebody else.
    select
        actor_id as named_id,
        actor_id as user_id

    from identity_map

)

select * from final
