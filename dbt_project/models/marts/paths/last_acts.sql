with

outcomes as (

    {{ outcomes() }}

),

parameters as (

    select cast(value as integer) as reason_days
    from {{ ref('parameters') }}
    where parameter = 'churn_reason_days'

),

troubles as (

    -- Also what came after the last act, by another way: it may be why there was no other.
    select
        outcomes.outcome,
        told.kind,
        told.topic as event,
        row_number() over (
            partition by outcomes.user_id, told.kind
            order by
                told.occurred_at desc,
                told.load_date desc,
                told.source_file desc,
                told.source_line desc
        ) as place

    from {{ ref('int_feedback') }} as told
    inner join outcomes
        on told.user_id = outcomes.user_id
    cross join parameters
    where
        told.kind in ('complaint', 'failure')
        and not told.is_answer
        and told.event_date <= {{ as_of_date() }}
        and told.event_date
        >= {{ dbt.dateadd('day', '-parameters.reason_days', 'outcomes.last_active_date') }}

),

counted as (

    select
        outcomes.outcome,
        'act' as kind,
        acts.position,
        acts.event,
        cast(count(*) as bigint) as users

    from {{ ref('int_user_last_acts') }} as acts
    inner join outcomes
        on acts.user_id = outcomes.user_id
    group by outcomes.outcome, acts.position, acts.event
    union all
    select
        outcome,
        kind,
        cast(null as bigint) as position,
        event,
        cast(count(*) as bigint) as users

    from troubles
    where place = 1
    group by outcome, kind, event

),

sizes as (

    select
        outcome,
        count(*) as members

    from outcomes
    group by outcome

),

shares as (

    -- Nearly everybody has a last act, and few a complaint: its share is of all of them.
    select
        counted.*,
        case counted.kind
            when 'act'
                then {{ rate(
                    'counted.users',
                    '(sum(counted.users) over (partition by counted.outcome, counted.kind, position))'
                ) }}
            else {{ rate('counted.users', 'sizes.members') }}
        end as share

    from counted
    inner join sizes
        on counted.outcome = sizes.outcome

),

compared as (

    select
        *,
        {{ rate(
            "(max(case when outcome = 'lost' then share end) over same_event)",
            "(max(case when outcome = 'retained' then share end) over same_event)"
        ) }} as lift

    from shares
    window same_event as (partition by kind, position, event)

),

final as (

    -- What the lost did and the retained did not comes first.
    select
        outcome,
        kind,
        position,
        event,
        users,
        share,
        lift,
        cast(
            row_number() over (
                partition by outcome, kind, position
                order by
                    case when outcome = 'lost' then lift end desc nulls first,
                    users desc,
                    event asc
            ) as bigint
        ) as rank

    from compared

)

select * from final
