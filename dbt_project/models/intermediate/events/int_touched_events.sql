{#- Every pass over it reads the lake: two models have a need of all events. -#}
{{ config(materialized='view') }}

with

lines as (

    select * from {{ ref('int_touched_lines') }}

),

final as (

    select
        message_id,
        user_id,
        type,
        event,
        platform,
        country,
        campaign_source,
        occurred_at,
        event_date,
        source_file,
        source_line,
        load_date

    from {{ deduplicated('lines') }} as events

)

select * from final
