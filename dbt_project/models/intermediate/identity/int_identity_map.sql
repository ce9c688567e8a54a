with

owners as (

    select * from {{ ref('int_visitor_owners') }}

),

merged_users as (

    select * from {{ ref('int_merged_users') }}

),

account_visitors as (

    select * from {{ ref('int_account_visitors') }}

),

parameters as (

    select cast(value as bigint) as hub_limit
    from {{ ref('parameters') }}
    where parameter = 'identity_hub_limit'

),

joined as (

    select
        owners.anonymous_id as actor_id,
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
        on merged_users.actor_id = owners.anonymous_id
    where owners.anonymous_id is null

),

counted as (

    select
        *,
        sum(actors) over (partition by user_id) as actors_joined

    from joined

),

final as (

    select
        counted.actor_id,
        counted.is_anonymous,
        case
            when counted.actors_joined > parameters.hub_limit then counted.actor_id
            else counted.user_id
        end as user_id,
        counted.actors_joined > parameters.hub_limit as is_hub,
        counted.user_id as joined_id,
        counted.is_anonymous
        and (
            counted.actors_joined <= parameters.hub_limit
            or account_visitors.anonymous_id is not null
        ) as is_signed_out

    from counted
    cross join parameters
    left join account_visitors
        on counted.actor_id = account_visitors.anonymous_id

    union all

    -- Whom nobody else owns is the account of the same id.
    select
        account_visitors.anonymous_id as actor_id,
        true as is_anonymous,
        account_visitors.anonymous_id as user_id,
        false as is_hub,
        account_visitors.anonymous_id as joined_id,
        true as is_signed_out

    from account_visitors
    anti join joined
        on
            account_visitors.anonymous_id = joined.actor_id
            and joined.is_anonymous

)

select * from final
