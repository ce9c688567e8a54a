{{ config(materialized='view') }}

with

totals as (

    select * from {{ ref('int_user_totals') }}

),

profiles as (

    select * from {{ ref('int_user_profile') }}

),

weights as (

    select
        max(case when parameter = 'activity_weight_day' then cast(value as double) end) as per_day,
        max(case when parameter = 'activity_weight_session' then cast(value as double) end)
            as per_session,
        max(case when parameter = 'activity_weight_hour' then cast(value as double) end) as per_hour

    from {{ ref('parameters') }}

),

tracking as (

    -- Where a product tracks no logins or interactions at all, any activity stands in.
    select
        count(last_login_date) > 0 as has_logins,
        count(last_interaction_date) > 0 as has_interactions

    from totals

),

final as (

    select
        totals.user_id,
        totals.base_active_days,
        {{ days_between('totals.last_active_date', as_of_date()) }} as days_since_activity,
        {{ days_between('profiles.last_order_date', as_of_date()) }} as days_since_order,
        {{ days_between(
            "case when tracking.has_logins"
            " then coalesce(totals.last_login_date, totals.first_active_date)"
            " else totals.last_active_date end",
            as_of_date()
        ) }} as days_since_login,
        {{ days_between(
            "case when tracking.has_interactions"
            " then coalesce(totals.last_interaction_date, totals.first_active_date)"
            " else totals.last_active_date end",
            as_of_date()
        ) }} as days_since_interaction,
        {{ activity_index('totals.recent', 'weights') }} as activity_index,
        {{ activity_index('totals.base', 'weights') }} as previous_activity_index

    from totals
    cross join tracking
    cross join weights
    left join profiles
        on totals.user_id = profiles.user_id
    where totals.first_active_date is not null

)

select * from final
