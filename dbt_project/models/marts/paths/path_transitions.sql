with

limits as (

    select max(value) as min_users
    from {{ ref('parameters') }}
    where parameter = 'path_min_users'

),

outcomes as (

    {{ outcomes() }}

),

paths as (

    select * from {{ ref('int_user_paths') }}
    where from_event is not null

),

told as (

    -- Everybody, and again under what became of them.
    select
        'all' as outcome,
        paths.*

    from paths

    union all

    select
        outcomes.outcome,
        paths.*

    from paths
    inner join outcomes
        on paths.user_id = outcomes.user_id

),

counted as (

    select
        outcome,
        from_event,
        to_event,
        cast(sum(transitions) as bigint) as transitions,
        cast(sum(sessions) as bigint) as sessions,
        cast(count(*) as bigint) as users

    from told
    group by outcome, from_event, to_event

),

shares as (

    select
        *,
        {{ rate('transitions', 'sum(transitions) over (partition by outcome, from_event)') }}
            as share

    from counted

),

compared as (

    select
        *,
        max(case when outcome = 'retained' then share end)
            over (partition by from_event, to_event) as retained_share,
        max(case when outcome = 'lost' then share end)
            over (partition by from_event, to_event) as lost_share

    from shares

),

placed as (

    -- Itself is no next step. What hardly anybody does is no path.
    select
        compared.*,
        compared.outcome = 'retained'
        and compared.from_event <> compared.to_event
        and compared.users >= limits.min_users
        and compared.retained_share > compared.lost_share as leads_on

    from compared
    cross join limits

),

final as (

    select
        outcome,
        from_event,
        to_event,
        transitions,
        sessions,
        users,
        share,
        case
            when outcome <> 'all' then {{ rate('retained_share', 'lost_share') }}
        end as lift,
        coalesce(leads_on, false)
        and row_number() over (
            partition by outcome, from_event, coalesce(leads_on, false)
            order by retained_share - lost_share desc nulls last, to_event asc
        ) = 1 as is_recommended

    from placed

)

select * from final
