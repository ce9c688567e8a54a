with

outcomes as (

    {{ outcomes() }}

),

counted as (

    select
        outcomes.outcome,
        acts.position,
        acts.event,
        cast(count(*) as bigint) as users

    from {{ ref('int_user_last_acts') }} as acts
    inner join outcomes
        on acts.user_id = outcomes.user_id
    group by outcomes.outcome, acts.position, acts.event

),

shares as (

    select
        *,
        {{ rate('users', 'sum(users) over (partition by outcome, position)') }} as share

    from counted

),

compared as (

    select
        *,
        {{ rate(
            "max(case when outcome = 'lost' then share end) over (partition by position, event)",
            "max(case when outcome = 'retained' then share end) over (partition by position, event)"
        ) }} as lift

    from shares

),

final as (

    -- What the lost did and the retained did not comes first.
    select
        outcome,
        position,
        event,
        users,
        share,
        lift,
        cast(
            row_number() over (
                partition by outcome, position
                order by
                    case when outcome = 'lost' then lift end desc nulls first,
                    users desc,
                    event asc
            ) as bigint
        ) as rank

    from compared

)

select * from final
