with

cases as (

    select * from {{ ref('int_feedback_cases') }}

),

parameters as (

    select value as answer_hours
    from {{ ref('parameters') }}
    where parameter = 'complaint_answer_hours'

),

kinds as (

    {% for kind in ['feedback', 'complaint', 'suggestion'] %}
    select
        '{{ kind }}' as kind,
        (
            select min(cases.opened_date) from cases
            where cases.kind = '{{ kind }}'
        ) as first_date,
        (
            select count(*) from {{ ref('int_feedback') }} as told
            where
                told.kind = '{{ kind }}'
                and told.is_answer
                and told.event_date <= {{ as_of_date() }}
        ) > 0 as has_answers
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

months as (

    select distinct {{ period_start('month', 'event_date') }} as month
    from {{ ref('int_day_inputs') }}
    where event_date <= {{ as_of_date() }}

),

counted as (

    select
        {{ period_start('month', 'cases.opened_date') }} as month,
        cases.kind,
        count(*) as cases,
        count(cases.answered_at) as answered,
        -- Whole microseconds: fractions added up in another order are another mean, and a day run
        -- again would be a new revision.
        sum({{ epoch_micros('cases.answered_at') }} - {{ epoch_micros('cases.opened_at') }})
            as response_micros,
        count(
            case when cases.response_hours <= parameters.answer_hours then 1 end
        ) as answered_in_time

    from cases
    cross join parameters
    group by {{ period_start('month', 'cases.opened_date') }}, cases.kind

),

final as (

    -- A shop that never told of a kind is not one of which nobody complains, and one that never
    -- told of an answer may have given many.
    select
        months.month,
        kinds.kind,
        cast(case
            when kinds.first_date is not null then coalesce(counted.cases, 0)
        end as bigint) as count,
        cast(case
            when kinds.first_date is not null and kinds.has_answers
                then coalesce(counted.answered, 0)
        end as bigint) as answered,
        {{ rate('counted.response_micros', 'counted.answered') }} / 3.6e9 as response_hours,
        case
            when kinds.has_answers then {{ rate('counted.answered_in_time', 'counted.cases') }}
        end as answered_in_time,
        case
            when kinds.first_date is null then 'unknown'
            when not kinds.has_answers then 'insufficient_data'
            else 'ok'
        end as status

    from months
    cross join kinds
    left join counted
        on
            months.month = counted.month
            and kinds.kind = counted.kind

)

select * from final
