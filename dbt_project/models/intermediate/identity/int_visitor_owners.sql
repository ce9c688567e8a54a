{#- A view: read once, by `int_identity_map`. -#}
{{ config(materialized='view') }}

with

first_links as (

    select
        anonymous_id,
        known_id,
        min(first_at) as linked_at,
        min(min(first_at)) over (partition by anonymous_id) as first_linked_at

    from {{ ref('int_load_actors') }}
    where
        anonymous_id is not null
        and known_id is not null
        and first_at is not null
    group by anonymous_id, known_id

),

earliest as (

    select
        anonymous_id,
        min(known_id) as known_id,
        cast(count(*) as bigint) as claimants,
        min(first_linked_at) as linked_at

    from first_links
    where linked_at = first_linked_at
    group by anonymous_id

),

contested as (

    -- Two users at the very same instant, which is rare.
    select
        earliest.anonymous_id,
        earliest.linked_at,
        arrivals.load_date

    from earliest
    inner join {{ ref('int_load_actors') }} as arrivals
        on
            earliest.anonymous_id = arrivals.anonymous_id
            and earliest.linked_at = arrivals.first_at
    where
        earliest.claimants > 1
        and arrivals.known_id is not null

),

claims as (

    -- Only for these are the messages themselves looked at, in the loads that brought them.
    select
        contested.anonymous_id,
        events.known_id,
        row_number() over (
            partition by contested.anonymous_id order by events.message_id
        ) as claim_rank

    from contested
    inner join {{ ref('stg_events') }} as events
        on
            contested.load_date = events.load_date
            and contested.anonymous_id = events.anonymous_id
            and contested.linked_at = events.occurred_at
    anti join {{ ref('int_event_duplicates') }} as duplicates
        on
            events.message_hash = duplicates.message_hash
            and events.load_date = duplicates.load_date
            and events.source_file = duplicates.source_file
            and events.source_line = duplicates.source_line
    where events.known_id is not null

),

final as (

    select
        earliest.anonymous_id,
        coalesce(claims.known_id, earliest.known_id) as known_id

    from earliest
    left join claims
        on
            earliest.anonymous_id = claims.anonymous_id
            and claims.claim_rank = 1

)

select * from final
