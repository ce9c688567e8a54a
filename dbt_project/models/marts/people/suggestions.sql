with

cases as (

    select * from {{ ref('int_feedback_cases') }}
    where kind = 'suggestion'

),

states as (

    select * from {{ ref('suggestion_states') }}

),

final as (

    -- An answer in words that no state has is an answer still.
    select
        cases.case_id as suggestion_id,
        cases.user_id,
        cases.opened_at as submitted_at,
        cases.opened_date as submitted_date,
        cases.reports as submissions,
        case
            when cases.answered_at is null then 'received'
            else coalesce(states.state, 'considered')
        end as state,
        cases.answered_at,
        cases.response_hours

    from cases
    left join states
        on cases.last_word = states.state

)

select * from final
