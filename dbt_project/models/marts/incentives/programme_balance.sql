with

parameters as (

    select cast(value as double) as holdout_share
    from {{ ref('parameters') }}
    where
        parameter = 'programme_holdout_share'
        and value > 0

),

point_costs as (

    -- At the worth of the day: by the tier of the last Sunday.
    select
        {{ period_start('month', 'ledger.entry_date') }} as month,
        {{ payable(
            'sum(cast(-ledger.points as decimal(19, 2))'
            ~ ' * coalesce(own_values.unit_value, other_values.unit_value))'
        ) }} as cost

    from {{ ref('points_ledger') }} as ledger
    left join {{ ref('rfm_scores') }} as scores
        on
            ledger.user_id = scores.user_id
            and {{ period_start('week', 'ledger.entry_date + 1') }} - 1 = scores.as_of_date
    left join {{ ref('point_values') }} as own_values
        on scores.rfm_tier = own_values.tier
    left join {{ ref('point_values') }} as other_values
        on other_values.tier = 'none'
    where ledger.kind = 'redeemed'
    group by 1

),

benefit_costs as (

    select
        {{ period_start('month', 'uses.event_date') }} as month,
        {{ money('sum(coalesce(benefits.unit_cost, 0))') }} as cost

    from {{ ref('int_loyalty_entries') }} as uses
    left join {{ ref('benefits') }} as benefits
        on uses.item = benefits.benefit
    where
        uses.kind = 'benefit'
        and uses.event_date <= {{ as_of_date() }}
    group by 1

),

members as (

    -- Nobody is asked to which side they belong while there is but one.
    select
        users.user_id,
        {{ period_start('month', 'users.first_seen_date') }} as month,
        {{ hash_bucket("users.user_id || '|programme'") }} < parameters.holdout_share * 10000
            as is_held_out

    from {{ ref('int_user_profile') }} as users
    cross join parameters

),

moves as (

    select
        month,
        is_held_out,
        cast(1 as bigint) as users,
        {{ money('0') }} as revenue

    from members
    union all
    select
        {{ period_start('month', 'order_days.event_date') }} as month,
        members.is_held_out,
        cast(0 as bigint) as users,
        {{ money('order_days.net_revenue') }} as revenue

    from {{ ref('int_order_days') }} as order_days
    inner join members
        on order_days.user_id = members.user_id
    where order_days.event_date <= {{ as_of_date() }}

),

sides as (

    select
        month,
        sum(case when not is_held_out then users else 0 end) as treated_users,
        sum(case when is_held_out then users else 0 end) as holdout_users,
        sum(case when not is_held_out then revenue else 0 end) as treated_revenue,
        sum(case when is_held_out then revenue else 0 end) as holdout_revenue

    from moves
    group by month

),

running as (

    -- Of all users by the end of the month, as they were dealt: also those who brought nothing.
    select
        months.month,
        months.is_complete,
        months.issued is not null as has_points,
        max(benefit_costs.month) over so_far is not null and months.landed_days > 0 as has_benefits,
        months.landed_days > 0 as has_landed,
        (select count(*) from parameters) > 0 as has_holdout,
        coalesce(point_costs.cost, 0) as point_cost,
        coalesce(benefit_costs.cost, 0) as benefit_cost,
        coalesce(sum(sides.treated_users) over so_far, 0) as treated_users,
        coalesce(sum(sides.holdout_users) over so_far, 0) as holdout_users,
        coalesce(sides.treated_revenue, 0) as treated_revenue,
        coalesce(sides.holdout_revenue, 0) as holdout_revenue

    from {{ ref('points_months') }} as months
    left join point_costs
        on months.month = point_costs.month
    left join benefit_costs
        on months.month = benefit_costs.month
    left join sides
        on months.month = sides.month
    window so_far as (
        order by months.month
        rows between unbounded preceding and current row
    )

),

measured as (

    select
        *,
        case when has_points then {{ money('point_cost') }} end as cost_points,
        case when has_benefits then {{ money('benefit_cost') }} end as cost_benefits,
        case
            when treated_users > 0 and holdout_users > 0 and has_landed
                -- Of whole cents, or a half at the last place would fall either way.
                then {{ money(rounded(
                    '(' ~ whole('cast(treated_revenue as double)', 100)
                    ~ ' * cast(holdout_users as double) - cast(treated_users as double) * '
                    ~ whole('cast(holdout_revenue as double)', 100)
                    ~ ') / cast(holdout_users as double)', 0
                ) ~ ' / 100') }}
        end as incremental_revenue

    from running

),

final as (

    select
        month,
        is_complete,
        cost_points,
        cost_benefits,
        cast(case when has_holdout and has_landed then treated_users end as bigint)
            as treated_users,
        cast(case when has_holdout and has_landed then holdout_users end as bigint)
            as holdout_users,
        incremental_revenue,
        case
            when has_points or has_benefits
                then {{ money(
                    'incremental_revenue - coalesce(cost_points, 0) - coalesce(cost_benefits, 0)'
                ) }}
        end as balance,
        case
            when incremental_revenue is null or not (has_points or has_benefits) then 'unknown'
            when not is_complete then 'insufficient_data'
            else 'ok'
        end as status

    from measured

)

select * from final
