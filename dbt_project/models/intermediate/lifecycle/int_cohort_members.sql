{{ config(materialized='view') }}

with

kinds as (

    -- What begins a cohort, what counts as coming back to it, and how its periods are told.
    select
        listed.cohort_by,
        listed.basis,
        periods.period,
        periods.clock

    from (
        values
        ('activity', 'activity'),
        ('signup', 'activity'),
        ('order', 'order')
    ) as listed (cohort_by, basis)
    cross join (
        values
        ('day', 'calendar'),
        ('day', 'rolling_24h'),
        ('week', 'calendar'),
        ('month', 'calendar')
    ) as periods (period, clock)

),

begun as (

    select
        kinds.*,
        users.user_id,
        users.channel,
        users.country,
        users.platform,
        users.incentive_mix,
        case kinds.cohort_by
            when 'activity' then users.first_active_date
            when 'signup' then users.signed_up_date
            when 'order' then users.first_order_date
        end as cohort_date,
        case kinds.cohort_by
            when 'activity' then users.first_active_at
            when 'signup' then users.signed_up_at
            when 'order' then users.first_order_at
        end as began_at,
        case kinds.basis
            when 'activity' then users.last_active_date
            when 'order' then users.last_order_date
        end as last_date,
        case kinds.basis
            when 'activity' then users.last_active_at
            when 'order' then users.last_order_at
        end as last_at

    from {{ ref('int_cohort_users') }} as users
    cross join kinds

),

started as (

    select
        *,
        case period
            when 'day' then cohort_date
            when 'week' then {{ period_start('week', 'cohort_date') }}
            when 'month' then {{ period_start('month', 'cohort_date') }}
        end as cohort_start

    from begun
    where cohort_date <= {{ as_of_date() }}

),

numbered as (

    select
        *,
        case clock
            when 'calendar'
                then
                    {{ period_number('period', 'last_date') }}
                    - {{ period_number('period', 'cohort_start') }}
            else {{ days_of_24_hours('began_at', 'last_at') }}
        end as last_number

    from started

),

final as (

    -- Whoever was last there before the cohort began was never there.
    select
        cohort_by,
        basis,
        period,
        clock,
        user_id,
        channel,
        country,
        platform,
        incentive_mix,
        cohort_start,
        began_at,
        case when last_number >= 0 then last_number end as last_number

    from numbered

)

select * from final
