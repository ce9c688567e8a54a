with

months as (

    -- Of the month that still runs, up to the as-of date.
    select
        {{ period_start('month', 'event_date') }} as month,
        max(event_date) as last_date,
        max(event_date) = last_day(max(event_date)) as is_complete,
        count_if(is_landed) as landed_days,
        min(event_date) = {{ period_start('month', 'min(event_date)') }}
        and count_if(is_landed) = count(*) as is_whole

    from {{ ref('int_landed_days') }}
    group by 1

),

booked as (

    select
        {{ period_start('month', 'entry_date') }} as month,
        sum(case when kind = 'earned' then points else 0 end) as issued,
        sum(case when kind = 'redeemed' then -points else 0 end) as redeemed,
        sum(case when kind = 'expired' then -points else 0 end) as expired,
        sum(points) as growth

    from {{ ref('points_ledger') }}
    group by 1

),

liabilities as (

    select
        measures.as_of_date,
        {{ payable(
            'sum(cast(measures.value as decimal(19, 2))'
            ~ ' * coalesce(own_values.unit_value, other_values.unit_value))'
        ) }} as liability

    from {{ ref('int_kpi_measures') }} as measures
    left join {{ ref('point_values') }} as own_values
        on measures.dimension_value = own_values.tier
    left join {{ ref('point_values') }} as other_values
        on other_values.tier = 'none'
    where
        measures.measure = 'points_outstanding'
        and measures.dimension = 'tier'
    group by measures.as_of_date

),

running as (

    select
        months.month,
        months.last_date,
        months.is_complete,
        months.landed_days,
        months.is_whole,
        coalesce(booked.issued, 0) as issued,
        coalesce(booked.redeemed, 0) as redeemed,
        coalesce(booked.expired, 0) as expired,
        coalesce(sum(booked.growth) over so_far, 0) as outstanding,
        max(booked.month) over so_far is not null as has_points

    from months
    left join booked
        on months.month = booked.month
    window so_far as (
        order by months.month
        rows between unbounded preceding and current row
    )

),

compared as (

    -- Twelve rows back is the same month of the year before; where history begins within it, or not
    -- all of it landed, what was issued in it is not known.
    select
        running.*,
        running.has_points and running.landed_days > 0 as is_known,
        coalesce(
            liabilities.liability, case when running.outstanding = 0 then 0 end
        ) as liability,
        case
            when is_complete
                then {{ rate(
                    'running.outstanding',
                    'lag(case when landed_days > 0 then running.outstanding end, 12) over by_month'
                ) }} - 1
        end as inflation_outstanding,
        case
            when is_complete and is_whole
                then {{ rate(
                    'running.issued',
                    'lag(case when is_whole then running.issued end, 12) over by_month'
                ) }} - 1
        end as inflation_issued

    from running
    left join liabilities
        on running.last_date = liabilities.as_of_date
    window by_month as (order by running.month)

),

final as (

    select
        month,
        is_complete,
        cast(landed_days as bigint) as landed_days,
        cast(case when is_known then issued end as decimal(18, 2)) as issued,
        cast(case when is_known then redeemed end as decimal(18, 2)) as redeemed,
        cast(case when is_known then expired end as decimal(18, 2)) as expired,
        cast(case when is_known then outstanding end as decimal(18, 2)) as outstanding,
        {{ money('case when is_known then liability end') }} as liability,
        case when is_known then inflation_outstanding end as inflation_outstanding,
        case when is_known then inflation_issued end as inflation_issued,
        case
            when not is_known then 'unknown'
            when inflation_outstanding is null or not is_whole then 'insufficient_data'
            else 'ok'
        end as status

    from compared

)

select * from final
