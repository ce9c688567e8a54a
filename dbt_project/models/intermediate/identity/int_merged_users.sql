with recursive

edges as (

    select * from {{ ref('int_alias_edges') }}

),

ranked as (

    select
        previous_id,
        known_id,
        row_number() over (
            partition by previous_id order by occurred_at, message_id
        ) as edge_rank

    from edges

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
        ends.end_id as user_id

    from ends
    union all
    select
        next_ids.previous_id as actor_id,
        followed.user_id

    from followed
    inner join next_ids
        on followed.actor_id = next_ids.next_id

),

unended as (

    -- What no end leads to lies in a cycle or leads into one.
    select
        next_ids.previous_id,
        next_ids.next_id

    from next_ids
    left join followed
        on next_ids.previous_id = followed.actor_id
    where followed.actor_id is null

),

reached as (

    -- On from each of them, until an id comes again; the path is made of hashes of one length.
    select
        previous_id as actor_id,
        next_id as reached_id,
        md5(next_id) as path

    from unended
    union all
    select
        reached.actor_id,
        next_ids.next_id as reached_id,
        reached.path || md5(next_ids.next_id) as path

    from reached
    inner join next_ids
        on reached.reached_id = next_ids.previous_id
    where position(md5(next_ids.next_id) in reached.path) = 0

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
        user_id

    from followed
    where actor_id <> user_id
    union all
    select
        actor_id,
        user_id

    from cycles
    where actor_id <> user_id

)

select * from final
