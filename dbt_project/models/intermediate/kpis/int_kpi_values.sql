{{ config(materialized='view') }}

with

measures as (

    select * from {{ ref('int_kpi_measures') }}

),

formulas as (

    -- A count has no denominator.
    select
        listed.kpi,
        listed.numerator,
        listed.denominator,
        listed.window_days

    from (
        values
        ('new_users', 'new_users', null, 1),
        ('dau', 'active_users', null, 1),
        ('wau', 'active_users', null, 7),
        ('mau', 'active_users', null, 30),
        ('stickiness', 'mean_daily_users', 'active_users', 30),
        ('d1_retention', 'returned_users', 'cohort_users', 1),
        ('d7_retention', 'returned_users', 'cohort_users', 7),
        ('d30_retention', 'returned_users', 'cohort_users', 30),
        ('sessions_per_user', 'sessions', 'active_users', 1),
        ('online_minutes_per_user', 'online_minutes', 'active_users', 1),
        ('orders', 'orders', null, 1),
        ('payers', 'payers', null, 1),
        ('pay_conversion', 'payers', 'active_users', 1),
        ('gmv', 'gross_amount', null, 1),
        ('net_revenue', 'net_revenue', null, 1),
        ('refunds', 'refunded', null, 1),
        ('aov', 'net_revenue', 'orders', 30),
        ('arpu', 'net_revenue', 'active_users', 30),
        ('arppu', 'net_revenue', 'payers', 30),
        ('repurchase_rate', 'repeat_buyers', 'buyers', 90),
        ('silent_share', 'silent_users', 'ever_active_users', 30),
        ('churn_rate', 'newly_churned_users', 'unchurned_users_before', 30),
        ('resurrection_rate', 'resurrected_users', 'dormant_users_before', 30),
        ('share_rate', 'sharers', 'active_users', 30),
        ('invites_per_user', 'invites', 'active_users', 30),
        ('content_per_user', 'content', 'active_users', 30),
        ('complaint_rate', 'complaints', 'active_users', 30),
        ('nps', 'promoter_points', 'answers', 30),
        ('tracking_coverage', 'known_events', 'events', 1)
    ) as listed (kpi, numerator, denominator, window_days)

),

snapshots as (

    select
        as_of_date,
        dimension,
        dimension_value

    from measures
    group by as_of_date, dimension, dimension_value

),

final as (

    -- Where nobody counts there is no row of the measure: zero.
    select
        snapshots.*,
        formulas.kpi,
        coalesce(numerators.value, 0) as numerator,
        case when formulas.denominator is not null then coalesce(denominators.value, 0) end
            as denominator,
        formulas.denominator is not null as is_share

    from snapshots
    cross join formulas
    left join measures as numerators
        on
            snapshots.as_of_date = numerators.as_of_date
            and snapshots.dimension = numerators.dimension
            and snapshots.dimension_value = numerators.dimension_value
            and formulas.numerator = numerators.measure
            and formulas.window_days = numerators.window_days
    left join measures as denominators
        on
            snapshots.as_of_date = denominators.as_of_date
            and snapshots.dimension = denominators.dimension
            and snapshots.dimension_value = denominators.dimension_value
            and formulas.denominator = denominators.measure
            and formulas.window_days = denominators.window_days

)

select * from final
