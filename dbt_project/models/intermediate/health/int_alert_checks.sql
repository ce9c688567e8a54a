{{ config(materialized='view') }}

with

rules as (

    select * from {{ ref('alert_rules') }}

),

period_values as (

    select * from {{ ref('int_alert_values') }}

),

parameters as (

    select value as known_share
    from {{ ref('parameters') }}
    where parameter = 'alert_known_share'

),

windows as (

    -- Each period beside those it is judged by: `ago` periods before it.
    select
        newest.alert,
        newest.dimension_value,
        newest.as_of_date,
        newest.value,
        newest.limit_value,
        rules.test,
        rules.limit_value as fall,
        rules.periods,
        rules.base_periods,
        rules.least,
        periods.value as value_ago,
        periods.numerator,
        periods.denominator,
        periods.is_met,
        newest.period_number - newest.first_period + 1 as periods_told,
        newest.period_number - periods.period_number as ago,
        newest.period_number - periods.period_number >= rules.periods
        and newest.period_number - periods.period_number < rules.periods + rules.base_periods
            as is_base

    from period_values as newest
    inner join rules
        on newest.alert = rules.alert
    inner join period_values as periods
        on
            newest.alert = periods.alert
            and newest.dimension_value = periods.dimension_value
            and newest.period_number >= periods.period_number
            and newest.period_number - periods.period_number
            <= rules.periods + coalesce(rules.base_periods, 0)

),

summed as (

    -- Of both windows: how many periods are known, and what they come to.
    select
        alert,
        dimension_value,
        as_of_date,
        test,
        value,
        limit_value,
        fall,
        periods,
        base_periods,
        least,
        periods_told,
        count(case when ago < periods and is_met then 1 end) as met,
        count(case when ago < periods and not is_met then 1 end) as unmet,
        max(case when ago = periods then value_ago end) as value_before,
        count(case when ago < periods then value_ago end) as known,
        count(case when is_base then value_ago end) as base_known,
        sum(case when ago < periods then numerator end)
        / nullif(sum(case when ago < periods then denominator end), 0) as pooled,
        sum(case when is_base then numerator end)
        / nullif(sum(case when is_base then denominator end), 0) as base_pooled,
        sum(case when is_base then value_ago end) as base_sum,
        sum(case when is_base then value_ago * value_ago end) as base_squares

    from windows
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11

),

based as (

    select
        summed.*,
        summed.base_sum / nullif(summed.base_known, 0) as base_mean,
        sqrt(
            greatest(
                0,
                summed.base_squares
                - summed.base_sum * summed.base_sum / nullif(summed.base_known, 0)
            ) / nullif(summed.base_known - 1, 0)
        ) as base_deviation,
        summed.periods_told >= summed.periods + summed.base_periods
        and summed.known >= parameters.known_share * summed.periods
        and summed.base_known >= parameters.known_share * summed.base_periods as is_based

    from summed
    cross join parameters

),

final as (

    select
        alert,
        dimension_value,
        as_of_date,
        case
            when test = 'falls_in_total' then value < value_before * (1 - fall)
            when test = 'pooled_fall' and is_based then pooled <= base_pooled * (1 - fall)
            when test = 'spike' and is_based
                then value > base_mean + fall * base_deviation and value >= least
            when test in ('pooled_fall', 'spike') then cast(null as boolean)
            when met = periods then true
            when unmet > 0 then false
        end as is_met,
        case when test = 'pooled_fall' then {{ rounded('pooled', 9) }} else value end as value,
        case
            when test in ('falls', 'falls_in_total') then value_before
            when test = 'pooled_fall' then {{ rounded('base_pooled', 9) }}
            when test = 'spike' then {{ rounded('base_mean + fall * base_deviation', 6) }}
            else limit_value
        end as compared_with

    from based

)

select * from final
