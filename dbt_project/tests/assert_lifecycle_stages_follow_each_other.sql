-- Each stretch ends where the next begins, in another stage.
with

stretches as (

    select
        *,
        lead(valid_from) over (partition by user_id order by valid_from) as next_from,
        lead(stage) over (partition by user_id order by valid_from) as next_stage

    from {{ ref('user_lifecycle') }}

)

select * from stretches
where
    valid_to is distinct from next_from
    or stage = next_stage
