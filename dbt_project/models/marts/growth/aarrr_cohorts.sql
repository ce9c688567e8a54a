with

parameters as (

    select cast(max(value) as integer) as activation_days
    from {{ ref('parameters') }}
    where parameter = 'activation_days'

),

tracked as (

    -- What was never seen is not known of anybody.
    select
        stages.stage,
        coalesce(starts.first_date <= {{ as_of_date() }}, false) as is_tracked

    from {{ ref('aarrr_stages') }} as stages
    inner join {{ ref('kpis') }} as kpis
        on stages.kpi = kpis.kpi
    inner join {{ ref('kpi_measures') }} as measures
        on kpis.numerator = measures.measure
    left join {{ ref('int_measure_starts') }} as starts
        on measures.events = starts.events

),

activations as (

    select
        user_id,
        min(event_date) as activated_date

    from {{ ref('int_user_day_traits') }}
    where
        activations > 0
        and event_date <= {{ as_of_date() }}
    group by user_id

),

weeks as (

    select
        user_id,
        period_start

    from {{ ref('int_user_periods') }}
    where
        basis = 'activity'
        and period = 'week'
        and is_present

),

hosts as (

    select inviter_id as user_id
    from {{ ref('user_referrals') }}
    group by inviter_id

),

users as (

    select
        {{ period_start('week', 'profiles.first_active_date') }} as cohort_week,
        channels.channel,
        1 as acquisition,
        case
            when
                activations.activated_date
                <= profiles.first_seen_date + parameters.activation_days
                then 1
            else 0
        end as activation,
        case when weeks.user_id is null then 0 else 1 end as retention,
        case when profiles.orders > 0 then 1 else 0 end as revenue,
        case when hosts.user_id is null then 0 else 1 end as referral

    from {{ ref('int_people') }} as profiles
    cross join parameters
    inner join {{ ref('int_acquisition_channels') }} as channels
        on profiles.acquisition_channel = channels.source
    left join activations
        on profiles.user_id = activations.user_id
    left join weeks
        on
            profiles.user_id = weeks.user_id
            and {{ period_start('week', 'profiles.first_active_date') }} + 7 = weeks.period_start
    left join hosts
        on profiles.user_id = hosts.user_id
    where profiles.first_active_date is not null

),

of_channels as (

    select
        cohort_week,
        channel,
        cast(count(*) as bigint) as cohort_size,
        cast(sum(acquisition) as bigint) as acquisition,
        cast(sum(activation) as bigint) as activation,
        cast(sum(retention) as bigint) as retention,
        cast(sum(revenue) as bigint) as revenue,
        cast(sum(referral) as bigint) as referral

    from users
    group by cohort_week, channel

),

counted as (

    select * from of_channels
    union all
    select
        cohort_week,
        'all' as channel,
        cast(sum(cohort_size) as bigint) as cohort_size,
        cast(sum(acquisition) as bigint) as acquisition,
        cast(sum(activation) as bigint) as activation,
        cast(sum(retention) as bigint) as retention,
        cast(sum(revenue) as bigint) as revenue,
        cast(sum(referral) as bigint) as referral

    from of_channels
    group by cohort_week

),

reached as (

    select * from counted
    unpivot (
        users for stage in (acquisition, activation, retention, revenue, referral)
    )

),

judged as (

    select
        reached.*,
        tracked.is_tracked,
        case reached.stage
            when 'activation'
                then reached.cohort_week + 6 + parameters.activation_days <= {{ as_of_date() }}
            when 'retention'
                then
                    reached.cohort_week + 13 <= {{ as_of_date() }}
                    and coalesce(landed.is_landed_after, false)
            else reached.cohort_week + 6 <= {{ as_of_date() }}
        end as is_mature

    from reached
    cross join parameters
    inner join tracked
        on reached.stage = tracked.stage
    left join {{ ref('int_landed_periods') }} as landed
        on
            reached.cohort_week = landed.period_start
            and landed.period = 'week'

),

final as (

    -- What a cohort may still do is not known of it.
    select
        cohort_week,
        stage,
        channel,
        cohort_size,
        case when is_tracked then users end as users,
        case when is_tracked and is_mature then {{ rate('users', 'cohort_size') }} end as rate,
        is_mature,
        case
            when not is_tracked then 'unknown'
            when is_mature then 'ok'
            else 'insufficient_data'
        end as status

    from judged

)

select * from final
