with

rules as (

    select pattern from {{ ref('excluded_users') }}
    where kind = 'user_id'

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

named as (

    -- Of the ids that arrived, those a row fits; who by now is somebody else is judged as that one.
    select distinct
        actors.actor_id,
        actors.is_anonymous

    from (
        select
            coalesce(known_id, anonymous_id) as actor_id,
            known_id is null as is_anonymous

        from {{ ref('int_load_actors') }}
    ) as actors
    inner join rules
        on {{ matches_pattern('actors.actor_id', 'rules.pattern') }}
    left join identity_map
        on
            actors.actor_id = identity_map.actor_id
            and actors.is_anonymous = identity_map.is_anonymous
    where coalesce(identity_map.user_id, actors.actor_id) = actors.actor_id

),

people as (

    select actor_id as user_id from named
    union
    select coalesce(identity_map.user_id, marked.actor_id) as user_id
    from {{ ref('int_marked_actors') }} as marked
    left join identity_map
        on
            marked.actor_id = identity_map.actor_id
            and marked.is_anonymous = identity_map.is_anonymous

),

own_ids as (

    select
        people.user_id as actor_id,
        kinds.is_anonymous,
        people.user_id

    from people
    cross join (values (true), (false)) as kinds (is_anonymous)

),

final as (

    select
        actor_id,
        is_anonymous,
        user_id

    from identity_map
    where user_id in (select people.user_id from people)

    union all

    -- Their own id under its own name; as a visitor's it may belong to somebody else.
    select
        own_ids.actor_id,
        own_ids.is_anonymous,
        own_ids.user_id

    from own_ids
    anti join identity_map
        on
            own_ids.actor_id = identity_map.actor_id
            and own_ids.is_anonymous = identity_map.is_anonymous

)

select * from final
