{{ config(materialized='view') }}

with

profiles as (

    select * from {{ ref('int_user_profile') }}

),

cohort_bases as (

    select
        'activity' as cohort_by,
        'activity' as basis
    union all
    select
        'signup' as cohort_by,
        'activity' as basis
    union all
    select
        'order' as cohort_by,
        'order' as basis

),

cohort_days as (

    select
        cohort_bases.cohort_by,
        cohort_bases.basis,
        profiles.user_id,
        case cohort_bases.cohort_by
            when 'activity' then profiles.first_active_date
            when 'signup' then profiles.signed_up_date
            when 'order' then profiles.first_order_date
        end as cohort_date

    from profiles
    cross join cohort_bases

),

final as (

    {% for period in ['day', 'week', 'month'] %}
    select
        cohort_by,
        basis,
        '{{ period }}' as period,
        user_id,
        {{ period_start(period, 'cohort_date') }} as cohort_start

    from cohort_days
    where cohort_date <= {{ as_of_date() }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
