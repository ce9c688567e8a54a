{#- A view: read once, by `int_funnel_users`. -#}
{{ config(materialized='view') }}

with

steps as (

    select * from {{ ref('int_funnel_sessions') }}

),

final as (

    -- All of a user's steps are one path, and those of each session another.
    select
        user_id,
        funnel,
        'user' as grain,
        cast(0 as bigint) as begun_micros,
        step,
        window_micros,
        at_micros,
        position_number

    from steps

    union all

    select
        user_id,
        funnel,
        'session' as grain,
        session_micros as begun_micros,
        step,
        window_micros,
        at_micros,
        position_number

    from steps
    where session_micros is not null

)

select * from final
