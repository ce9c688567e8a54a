{{ config(materialized='view') }}

with

told as (

    select * from {{ ref('int_feedback') }}
    where
        event_date <= {{ as_of_date() }}
        and case_id is not null
        and kind <> 'failure'

),

opened as (

    -- A case told again is the same case: the first time says whose it is, and when.
    select
        *,
        row_number() over (
            partition by kind, case_id
            order by occurred_at, load_date, source_file, source_line
        ) as place,
        count(*) over (partition by kind, case_id) as reports

    from told
    where not is_answer

),

answers as (

    select
        opened.kind,
        opened.case_id,
        answers.state,
        answers.occurred_at,
        min(answers.occurred_at) over (
            partition by opened.kind, opened.case_id
        ) as answered_at,
        min(answers.event_date) over (
            partition by opened.kind, opened.case_id
        ) as answered_date,
        row_number() over (
            partition by opened.kind, opened.case_id
            order by
                answers.occurred_at desc,
                answers.load_date desc,
                answers.source_file desc,
                answers.source_line desc
        ) as place

    from opened
    inner join told as answers
        on
            opened.kind = answers.kind
            and opened.case_id = answers.case_id
            and opened.occurred_at <= answers.occurred_at
    where
        answers.is_answer
        and opened.place = 1

),

final as (

    select
        opened.kind,
        opened.case_id,
        opened.user_id,
        opened.occurred_at as opened_at,
        opened.event_date as opened_date,
        cast(opened.reports as bigint) as reports,
        answers.answered_at,
        answers.answered_date,
        answers.state as last_word,
        cast(
            {{ epoch_micros('answers.answered_at') }} - {{ epoch_micros('opened.occurred_at') }}
            as double
        ) / 3.6e9 as response_hours

    from opened
    left join answers
        on
            opened.kind = answers.kind
            and opened.case_id = answers.case_id
            and answers.place = 1
    where opened.place = 1

)

select * from final
