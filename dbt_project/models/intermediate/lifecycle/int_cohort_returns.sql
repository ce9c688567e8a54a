with

members as (

    select * from {{ ref('int_cohort_members') }}

),

visits as (

    select * from {{ ref('int_cohort_visits') }}

),

last_presences as (

    select
        basis,
        period,
        user_id,
        max(period_start) as period_start

    from {{ ref('int_user_periods') }}
    where is_present
    group by basis, period, user_id

),

returned as (

    select
        cohort_by,
        period,
        cohort_start,
        period_number,
        cast(count_if(is_present) as bigint) as users,
        cast(sum(orders) as bigint) as orders,
        {{ money('sum(net_revenue)') }} as net_revenue

    from visits
    group by cohort_by, period, cohort_start, period_number

),

last_seen as (

    select
        members.cohort_by,
        members.period,
        members.cohort_start,
        last_presences.period_start,
        cast(count(*) as bigint) as last_users

    from members
    inner join last_presences
        on
            members.basis = last_presences.basis
            and members.period = last_presences.period
            and members.user_id = last_presences.user_id
            and members.cohort_start <= last_presences.period_start
    group by
        members.cohort_by,
        members.period,
        members.cohort_start,
        last_presences.period_start

),

final as (

    select
        returned.*,
        coalesce(last_seen.last_users, 0) as last_users

    from returned
    left join last_seen
        on
            returned.cohort_by = last_seen.cohort_by
            and returned.period = last_seen.period
            and returned.cohort_start = last_seen.cohort_start
            and returned.period_number
            = {{ period_number('last_seen.period', 'last_seen.period_start') }}
            - {{ period_number('last_seen.period', 'last_seen.cohort_start') }}

)

select * from final
