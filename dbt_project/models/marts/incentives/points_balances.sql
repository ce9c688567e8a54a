{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

dates as (

    select
        as_of_date,
        last_day(as_of_date) as month_end,
        make_date(cast(extract(year from as_of_date) as integer), 12, 31) as year_end,
        {{ period_start('week', 'as_of_date + 1') }} - 1 as tier_date

    from {{ ref('int_snapshot_dates') }}
    where {{ is_month_snapshot() }}

),

totals as (

    -- What is left of the points before the first lot that outlasts the period will expire in it.
    select
        dates.as_of_date,
        dates.tier_date,
        ledger.user_id,
        sum(case when ledger.kind = 'earned' then ledger.points else 0 end) as earned,
        sum(case when ledger.kind = 'redeemed' then -ledger.points else 0 end) as redeemed,
        sum(case when ledger.kind = 'expired' then -ledger.points else 0 end) as expired,
        sum(ledger.points) as outstanding,
        sum(ledger.reported_points) as reported_expired,
        min(
            case
                when coalesce(ledger.lasts_until > dates.month_end, true) then ledger.points_before
            end
        ) as kept_after_month,
        min(
            case
                when coalesce(ledger.lasts_until > dates.year_end, true) then ledger.points_before
            end
        ) as kept_after_year

    from dates
    inner join {{ ref('points_ledger') }} as ledger
        on dates.as_of_date >= ledger.entry_date
    group by dates.as_of_date, dates.tier_date, ledger.user_id

),

valued as (

    select
        totals.*,
        coalesce(scores.rfm_tier, 'none') as tier,
        coalesce(own_values.unit_value, other_values.unit_value) as unit_value

    from totals
    left join {{ ref('rfm_scores') }} as scores
        on
            totals.tier_date = scores.as_of_date
            and totals.user_id = scores.user_id
    left join {{ ref('point_values') }} as own_values
        on scores.rfm_tier = own_values.tier
    left join {{ ref('point_values') }} as other_values
        on other_values.tier = 'none'

),

final as (

    select
        user_id,
        tier,
        cast(earned as decimal(18, 2)) as earned,
        cast(redeemed as decimal(18, 2)) as redeemed,
        cast(expired as decimal(18, 2)) as expired,
        cast(outstanding as decimal(18, 2)) as outstanding,
        outstanding < 0 as is_negative,
        cast(reported_expired as decimal(18, 2)) as reported_expired,
        cast(
            greatest(coalesce(kept_after_month, earned) - redeemed - expired, 0)
            as decimal(18, 2)
        ) as expiring_this_month,
        cast(
            greatest(coalesce(kept_after_year, earned) - redeemed - expired, 0)
            as decimal(18, 2)
        ) as expiring_this_year,
        unit_value,
        {{ payable('cast(outstanding as decimal(19, 2)) * unit_value') }} as liability,
        as_of_date

    from valued

)

select * from final
