{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where
        measure in (
            'ever_active_users', 'silent_users', 'newly_churned_users',
            'unchurned_users_before', 'resurrected_users', 'dormant_users_before'
        )

),

parameters as (

    select
        cast(max(case when parameter = 'silent_after_days' then value end) as integer)
            as silent_days,
        cast(max(case when parameter = 'churned_after_days' then value end) as integer)
            as churned_days

    from {{ ref('parameters') }}

),

stages as (

    -- Dormant or lost: silent for as long as the first of the two stages asks for.
    select cast(min(min_silent_days) as integer) as dormant_days
    from {{ ref('lifecycle_stages') }}
    where stage in ('dormant', 'lost')

),

silences as (

    select
        stretches.user_id,
        stretches.first_date,
        stretches.stretch_start,
        stretches.stretch_end + parameters.silent_days as silent_from,
        stretches.stretch_end + stages.dormant_days as dormant_from,
        stretches.stretch_end + parameters.churned_days as churned_from,
        coalesce(stretches.next_start, date '9000-01-01') as silent_until

    from {{ ref('int_activity_stretches') }} as stretches
    cross join parameters
    cross join stages

),

crossings as (

    -- Who crosses twice within one window is still one user.
    select
        *,
        lead(churned_from) over (partition by user_id order by churned_from) as next_churned_from

    from silences
    where churned_from < silent_until

),

measured as (

    -- What happens on a day counts for the window; what was so before it, as much later.
    select
        terms.measure,
        terms.window_days,
        silences.user_id,
        case terms.measure
            when 'ever_active_users'
                then case when stretch_start = first_date then first_date end
            when 'silent_users' then silent_from
            when 'unchurned_users_before' then stretch_start + terms.window_days
            when 'dormant_users_before' then dormant_from + terms.window_days
            when 'resurrected_users'
                then case
                    when dormant_from < silent_until
                        then greatest(dormant_from + terms.window_days, silent_until)
                end
        end as from_date,
        case terms.measure
            when 'silent_users' then silent_until
            when 'unchurned_users_before'
                then least(churned_from, silent_until) + terms.window_days
            when 'dormant_users_before' then silent_until + terms.window_days
            when 'resurrected_users' then silent_until + terms.window_days
            else date '9999-12-31'
        end as to_date

    from silences
    cross join terms
    where terms.measure <> 'newly_churned_users'
    union all
    select
        terms.measure,
        terms.window_days,
        crossings.user_id,
        crossings.churned_from as from_date,
        least(
            crossings.churned_from + terms.window_days,
            coalesce(crossings.next_churned_from, date '9999-12-31')
        ) as to_date

    from crossings
    inner join terms
        on terms.measure = 'newly_churned_users'

)

select * from measured
where from_date < to_date
