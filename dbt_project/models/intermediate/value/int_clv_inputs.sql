with

snapshots as (

    select * from {{ ref('int_snapshot_dates') }}

),

dates as (

    select
        as_of_date,
        true as is_touched

    from snapshots
    where
        is_sunday
        or is_latest

    union all

    -- What the KPIs of the first days go by, unless it is there yet.
    select
        sundays.as_of_date,
        false as is_touched

    from (
        select {{ period_start('week', 'min(snapshots.as_of_date)') }} - 1 as as_of_date
        from snapshots
        having
            coalesce(
                min(snapshots.as_of_date)
                < min(case when snapshots.is_sunday then snapshots.as_of_date end),
                true
            )
    ) as sundays
    where
        cast(sundays.as_of_date as {{ dbt.type_string() }}) not in (
            'none' {%- for day in var('clv_standing', []) %}, '{{ day }}' {%- endfor %}
        )

),

movements as (

    {{ movements_of_orders() }}

),

purchase_days as (

    -- Null where no amount of the day is known.
    select
        dates.as_of_date,
        dates.is_touched,
        movements.user_id,
        movements.order_date,
        sum(movements.amount) as amount,
        min(movements.order_date) over (
            partition by dates.as_of_date, movements.user_id
        ) as first_date

    from dates
    inner join movements
        on
            dates.as_of_date >= movements.event_date
            and dates.as_of_date >= movements.order_date
            and coalesce(dates.as_of_date < movements.stands_until, true)
    group by dates.as_of_date, dates.is_touched, movements.user_id, movements.order_date

),

held as (

    select
        dates.as_of_date,
        dates.as_of_date - cast(parameters.value as integer) as last_date

    from dates
    inner join {{ ref('parameters') }} as parameters
        on parameters.parameter = 'clv_holdout_days'

),

buyers as (

    select
        purchase_days.as_of_date,
        purchase_days.is_touched,
        purchase_days.user_id,
        purchase_days.first_date,
        max(purchase_days.order_date) as last_date,
        count(*) - 1 as x,
        sum(case when purchase_days.order_date > purchase_days.first_date then amount end)
            as spent,
        count(case when purchase_days.order_date > purchase_days.first_date then amount end)
            as spent_days,
        max(case when purchase_days.order_date <= held.last_date then order_date end)
            as held_last_date,
        count(case when purchase_days.order_date <= held.last_date then 1 end) - 1 as held_x,
        count(case when purchase_days.order_date > held.last_date then 1 end) as held_days,
        max(held.last_date) as held_date

    from purchase_days
    inner join held
        on purchase_days.as_of_date = held.as_of_date
    group by
        purchase_days.as_of_date,
        purchase_days.is_touched,
        purchase_days.user_id,
        purchase_days.first_date

),

revenues as (

    select
        dates.as_of_date,
        order_days.user_id,
        sum(order_days.net_revenue) as net_revenue

    from dates
    inner join {{ ref('int_order_days') }} as order_days
        on dates.as_of_date >= order_days.event_date
    group by dates.as_of_date, order_days.user_id

),

final as (

    select
        buyers.as_of_date,
        buyers.is_touched,
        buyers.user_id,
        buyers.x,
        {{ days_between('buyers.first_date', 'buyers.last_date') }} as t_x,
        {{ days_between('buyers.first_date', 'buyers.as_of_date') }} as age_days,
        {{ rate('buyers.spent', 'buyers.spent_days') }} as spend,
        coalesce(scores.rfm_segment, 'none') as segment,
        {{ money('coalesce(revenues.net_revenue, 0)') }} as net_revenue,
        case when buyers.held_x >= 0 then buyers.held_x end as held_x,
        {{ days_between('buyers.first_date', 'buyers.held_last_date') }} as held_t_x,
        case
            when buyers.held_x >= 0
                then {{ days_between('buyers.first_date', 'buyers.held_date') }}
        end as held_age_days,
        case when buyers.held_x >= 0 then buyers.held_days end as held_days

    from buyers
    left join revenues
        on
            buyers.as_of_date = revenues.as_of_date
            and buyers.user_id = revenues.user_id
    left join {{ ref('rfm_scores') }} as scores
        on
            buyers.as_of_date = scores.as_of_date
            and buyers.user_id = scores.user_id

)

select * from final
