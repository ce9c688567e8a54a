with

links as (

    select * from {{ ref('int_identity_links') }}

),

merged_users as (

    select * from {{ ref('int_merged_users') }}

),

events as (

    select * from {{ ref('stg_events') }}

),

parameters as (

    select cast(value as bigint) as hub_limit
    from {{ ref('parameters') }}
    where parameter = 'identity_hub_limit'

),

first_links as (

    select
        anonymous_id,
        known_id,
        min(linked_at) as linked_at,
        min(min(linked_at)) over (partition by anonymous_id) as first_linked_at

    from links
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

contested_links as (

    -- Two users at the very same instant, which is rare.
    select
        links.anonymous_id,
        links.linked_at,
        links.load_date

    from links
    inner join earliest
        on
            links.anonymous_id = earliest.anonymous_id
            and links.linked_at = earliest.linked_at
    where earliest.claimants > 1

),

contested as (

    -- Only for these are the messages themselves looked at, in the loads that brought them.
    select
        contested_links.anonymous_id,
        events.known_id,
        row_number() over (
            partition by contested_links.anonymous_id order by events.message_id
        ) as claim_rank

    from contested_links
    inner join events
        on
            contested_links.load_date = events.load_date
            and contested_links.anonymous_id = events.anonymous_id
            and contested_links.linked_at = events.occurred_at
    where events.known_id is not null

),

owners as (

    select
        earliest.anonymous_id as actor_id,
        coalesce(contested.known_id, earliest.known_id) as known_id

    from earliest
    left join contested
        on
            earliest.anonymous_id = contested.anonymous_id
            and contested.claim_rank = 1

),

joined as (

    select
        owners.actor_id,
        true as is_anonymous,
        coalesce(merged_users.user_id, owners.known_id) as user_id,
        1 as actors

    from owners
    left join merged_users
        on owners.known_id = merged_users.actor_id

    union all

    select
        actor_id,
        false as is_anonymous,
        user_id,
        1 as actors

    from merged_users

    union all

    -- `alias` often names the anonymous id as the previous one; it was counted above.
    select
        merged_users.actor_id,
        true as is_anonymous,
        merged_users.user_id,
        0 as actors

    from merged_users
    left join owners
        on merged_users.actor_id = owners.actor_id
    where owners.actor_id is null

),

counted as (

    select
        actor_id,
        is_anonymous,
        user_id,
        sum(actors) over (partition by user_id) as actors

    from joined

),

final as (

    select
        counted.actor_id,
        counted.is_anonymous,
        case
            when counted.actors > parameters.hub_limit then counted.actor_id
            else counted.user_id
        end as user_id,
        counted.actors > parameters.hub_limit as is_hub

    from counted
    cross join parameters

)

select * from final
