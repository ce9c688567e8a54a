{#- Read once. DuckDB works a recursion out inside the query that reads it; Spark does not. -#}
{{ config(materialized='view' if target.type == 'duckdb' else 'table') }}
with recursive

chains as (

    select * from {{ ref('int_alias_chains') }}

),

unended as (

    select
        actor_id,
        next_id

    from chains
    where end_id is null

),

reached as (

    -- On from each of them, until an id comes again; the path is made of hashes of one length.
    select
        actor_id,
        next_id as reached_id,
        md5(next_id) as path

    from unended
    union all
    select
        reached.actor_id,
        unended.next_id as reached_id,
        reached.path || md5(unended.next_id) as path

    from reached
    inner join unended
        on reached.reached_id = unended.actor_id
    where position(md5(unended.next_id) in reached.path) = 0

),

marked as (

    -- An id that leads to itself is in the cycle.
    select
        actor_id,
        reached_id,
        max(case when actor_id = reached_id then 1 else 0 end)
            over (partition by reached_id) as is_in_cycle

    from reached

),

cycles as (

    select
        actor_id,
        min(reached_id) as user_id

    from marked
    where is_in_cycle = 1
    group by actor_id

),

final as (

    select
        actor_id,
        end_id as user_id

    from chains
    where end_id is not null
    union all
    select
        actor_id,
        user_id

    from cycles
    where actor_id <> user_id

)

select * from final
