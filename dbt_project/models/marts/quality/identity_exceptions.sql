with

actors as (

    select
        coalesce(known_id, anonymous_id) as actor_id,
        known_id is null as is_anonymous,
        events

    from {{ ref('int_load_actors') }}

),

exceptions as (

    select
        'excluded' as kind,
        user_id,
        actor_id,
        is_anonymous

    from {{ ref('int_excluded_actors') }}
    union all
    select
        'hub' as kind,
        joined_id as user_id,
        actor_id,
        is_anonymous

    from {{ ref('int_identity_map') }}
    where is_hub

),

counted as (

    select
        exceptions.kind,
        cast(count(distinct exceptions.user_id) as bigint) as users,
        cast(sum(actors.events) as bigint) as lines

    from actors
    inner join exceptions
        on
            actors.actor_id = exceptions.actor_id
            and actors.is_anonymous = exceptions.is_anonymous
    group by exceptions.kind

),

said as (

    -- A word of several channels is one line.
    select
        kind,
        cast(count(distinct user_id) as bigint) as users,
        cast(count(*) as bigint) as lines

    from (
        select distinct
            words.value as kind,
            words.user_id,
            words.load_date,
            words.source_file,
            words.source_line

        from {{ ref('int_profile_changes') }} as words
        where
            words.kind = 'refused'
            and words.value in ('unread', 'aside')
            and words.event_date <= {{ as_of_date() }}
            and words.user_id not in (
                select excluded.user_id from {{ ref('int_excluded_actors') }} as excluded
            )
    ) as lines
    group by kind

),

final as (

    -- Also where there is none: nobody has to guess whether it was looked.
    select
        kinds.kind,
        coalesce(counted.users, said.users, 0) as users,
        coalesce(counted.lines, said.lines, 0) as lines

    from (values ('excluded'), ('hub'), ('unread'), ('aside')) as kinds (kind)
    left join counted
        on kinds.kind = counted.kind
    left join said
        on kinds.kind = said.kind

)

select * from final
