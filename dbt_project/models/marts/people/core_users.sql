with

members as (

    select * from {{ ref('int_core_members') }}
    where as_of_date <= {{ as_of_date() }}

),

numbered as (

    select
        *,
        {{ dbt.dateadd('day', '-7 * row_number() over (partition by user_id, rule_set'
            ' order by as_of_date)', 'as_of_date') }} as island

    from members

),

stretches as (

    -- What is told of a stretch is what its last Sunday saw.
    select
        user_id,
        rule_set,
        min(as_of_date) as first_date,
        max(as_of_date) as last_date,
        max_by(weekly_logins, as_of_date) as weekly_logins,
        max_by(session_minutes, as_of_date) as session_minutes,
        max_by(monthly_spend, as_of_date) as monthly_spend,
        max_by(contributions, as_of_date) as contributions

    from numbered
    group by user_id, rule_set, island

),

final as (

    -- Of the newest Sunday nobody knows yet how long it holds.
    select
        user_id,
        rule_set,
        first_date as valid_from,
        case
            when
                {{ dbt.dateadd('day', 7, 'last_date') }} <= {{ as_of_date() }}
                then cast({{ dbt.dateadd('day', 7, 'last_date') }} as date)
        end as valid_to,
        weekly_logins,
        session_minutes,
        monthly_spend,
        contributions

    from stretches

)

select * from final
