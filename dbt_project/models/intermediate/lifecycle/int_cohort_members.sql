{{ config(materialized='view') }}

with

first_orders as (

    -- As of its day: what is cancelled later changes no cohort.
    select
        user_id,
        min(event_date) as first_order_date

    from {{ ref('int_order_days') }}
    where orders > 0
    group by user_id

),

profiles as (

    select
        profiles.user_id,
        profiles.first_active_date,
        profiles.signed_up_date,
        first_orders.first_order_date

    from {{ ref('int_user_profile') }} as profiles
    left join first_orders
        on profiles.user_id = first_orders.user_id

),

kinds as (

    -- What begins a cohort, and what counts as coming back to it.
    select
        listed.cohort_by,
        listed.basis,
        periods.period

    from (
        values
        ('activity', 'activity'),
        ('signup', 'activity'),
        ('order', 'order')
    ) as listed (cohort_by, basis)
    cross join (values ('day'), ('week'), ('month')) as periods (period)

),

cohort_days as (

    select
        kinds.cohort_by,
        kinds.basis,
        kinds.period,
        profiles.user_id,
        case kinds.cohort_by
            when 'activity' then profiles.first_active_date
            when 'signup' then profiles.signed_up_date
            when 'order' then profiles.first_order_date
        end as cohort_date

    from profiles
    cross join kinds

),

final as (

    select
        cohort_by,
        basis,
        period,
        user_id,
        case period
            when 'day' then cohort_date
            when 'week' then {{ period_start('week', 'cohort_date') }}
            when 'month' then {{ period_start('month', 'cohort_date') }}
        end as cohort_start

    from cohort_days
    where cohort_date <= {{ as_of_date() }}

)

select * from final
