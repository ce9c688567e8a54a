{#- Read once. DuckDB works a recursion out inside the query that reads it; Spark does not. -#}
{{ config(materialized='view' if target.type == 'duckdb' else 'table') }}
with recursive

ranked as (

    select
        previous_id,
        known_id,
        row_number() over (
            partition by previous_id order by occurred_at, message_id
        ) as edge_rank

    from {{ ref('int_alias_edges') }}

),

next_ids as (

    -- Each id moves once: the first alias wins.
    select
        previous_id,
        known_id as next_id

    from ranked
    where edge_rank = 1

),

ends as (

    select next_ids.next_id as end_id
    from next_ids
    left join next_ids as onward
        on next_ids.next_id = onward.previous_id
    where onward.previous_id is null
    group by next_ids.next_id

),

followed as (

    -- From the ends backwards: every id is met once, so no chain is too long.
    select
        ends.end_id as actor_id,
        ends.end_id

    from ends
    union all
    select
        next_ids.previous_id as actor_id,
        followed.end_id

    from followed
    inner join next_ids
        on followed.actor_id = next_ids.next_id

),

final as (

    -- What no end leads to lies in a cycle or leads into one.
    select
        next_ids.previous_id as actor_id,
        next_ids.next_id,
        followed.end_id

    from next_ids
    left join followed
        on next_ids.previous_id = followed.actor_id

)

select * from final
