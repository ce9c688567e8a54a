with

phases as (

    select * from {{ ref('int_phases') }}

),

users as (

    select * from {{ ref('dim_users') }}

),

counted as (

    select
        phases.valid_from,
        count(*) as users,
        count(users.is_potential) as known_users,
        count(case when users.is_potential then 1 end) as potential_users

    from phases
    inner join users
        on
            phases.valid_from <= users.first_seen_date
            and coalesce(phases.valid_to > users.first_seen_date, true)
    group by phases.valid_from

),

final as (

    -- A phase to come has nobody yet, and of one in which nobody came nobody is potential.
    select
        phases.phase,
        phases.name_en,
        phases.name_zh,
        phases.valid_from,
        phases.valid_to,
        case
            when phases.valid_from <= {{ as_of_date() }}
                then cast(coalesce(counted.users, 0) as bigint)
        end as users,
        case
            when
                phases.valid_from <= {{ as_of_date() }}
                and coalesce(counted.users = counted.known_users, true)
                then cast(coalesce(counted.potential_users, 0) as bigint)
        end as potential_users,
        phases.source_id

    from phases
    left join counted
        on phases.valid_from = counted.valid_from

)

select * from final
