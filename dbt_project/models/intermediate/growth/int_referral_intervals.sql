{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure in ('accepted_invites', 'inviters')

),

counted as (

    -- By who invited, from the acceptance until the window has passed it.
    select
        terms.measure,
        terms.window_days,
        referrals.inviter_id as user_id,
        referrals.valid_from as from_date,
        least(
            referrals.accepted_date + terms.window_days,
            coalesce(referrals.valid_to, date '9999-12-31')
        ) as to_date

    from {{ ref('int_referrals') }} as referrals
    cross join terms
    where
        {{ is_landed('referrals.accepted_date') }}

),

stretches as (

    select * from counted
    where from_date < to_date

),

ordered as (

    select
        *,
        max(to_date) over (
            partition by measure, window_days, user_id
            order by from_date, to_date
            rows between unbounded preceding and 1 preceding
        ) as end_before

    from stretches
    where measure = 'inviters'

),

islands as (

    -- Who is named twice within a window is still one inviter.
    select
        *,
        sum(case when from_date <= end_before then 0 else 1 end) over (
            partition by measure, window_days, user_id
            order by from_date, to_date
            rows between unbounded preceding and current row
        ) as island

    from ordered

),

final as (

    select
        measure,
        window_days,
        user_id,
        from_date,
        to_date

    from stretches
    where measure = 'accepted_invites'
    union all
    select
        measure,
        window_days,
        user_id,
        min(from_date) as from_date,
        max(to_date) as to_date

    from islands
    group by measure, window_days, user_id, island

)

select * from final
