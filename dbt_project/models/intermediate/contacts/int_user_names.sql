{{ config(materialized='view') }}

with

ranked as (

    select
        user_id,
        value as name,
        row_number() over (
            partition by user_id
            order by occurred_at desc, load_date desc, source_file desc, source_line desc
        ) as recency_rank

    from {{ ref('int_profile_changes') }}
    where
        kind = 'name'
        and event_date <= {{ as_of_date() }}

),

final as (

    select
        user_id,
        name

    from ranked
    where recency_rank = 1

)

select * from final
