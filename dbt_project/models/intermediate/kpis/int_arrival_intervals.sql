{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}

),

parameters as (

    select cast(value as integer) as activation_days
    from {{ ref('parameters') }}
    where parameter = 'activation_days'

),

arrived as (

    -- Whoever came on a day that did not land is of no cohort.
    select
        profiles.user_id,
        profiles.first_seen_date

    from {{ ref('int_people') }} as profiles
    inner join {{ ref('int_landed_days') }} as landed
        on profiles.first_seen_date = landed.event_date
    where landed.is_landed

),

activations as (

    select
        user_id,
        min(event_date) as activated_date

    from {{ ref('int_user_day_traits') }}
    where activations > 0
    group by user_id

),

arrivals as (

    select
        'arrived_users' as measure,
        user_id,
        first_seen_date

    from arrived
    union all
    select
        'activated_users' as measure,
        arrived.user_id,
        arrived.first_seen_date

    from activations
    inner join arrived
        on activations.user_id = arrived.user_id
    cross join parameters
    where activations.activated_date <= arrived.first_seen_date + parameters.activation_days

),

final as (

    -- From the day on which the time to do it is over.
    select
        terms.measure,
        terms.window_days,
        arrivals.user_id,
        arrivals.first_seen_date + parameters.activation_days as from_date,
        arrivals.first_seen_date + parameters.activation_days + terms.window_days as to_date

    from arrivals
    inner join terms
        on arrivals.measure = terms.measure
    cross join parameters

)

select * from final
