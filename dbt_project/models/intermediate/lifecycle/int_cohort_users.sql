{#- A table: read four times; no other cohort model looks at what people are. -#}

with

profiles as (

    select * from {{ ref('int_people') }}

),

limits as (

    select
        cast(max(case when parameter = 'incentive_mix_days' then value end) as integer) as mix_days,
        max(case when parameter = 'retention_countries' then value end) as countries

    from {{ ref('parameters') }}

),

order_days as (

    -- As of its day: what is cancelled later changes no cohort.
    select
        user_id,
        min(event_date) as first_order_date,
        max(event_date) as last_order_date

    from {{ ref('int_order_days') }}
    where
        orders > 0
        and event_date <= {{ as_of_date() }}
    group by user_id

),

sessions as (

    select
        user_id,
        min(started_at) as first_active_at,
        max(
            case
                when {{ local_date('ended_at') }} <= {{ as_of_date() }} then ended_at
                else started_at
            end
        ) as last_active_at

    from {{ ref('fct_sessions') }}
    where event_date <= {{ as_of_date() }}
    group by user_id

),

orders as (

    select
        user_id,
        min(ordered_at) as first_order_at,
        max(ordered_at) as last_order_at

    from {{ ref('int_orders') }}
    where
        order_date <= {{ as_of_date() }}
        and coalesce(stands_until > order_date, true)
    group by user_id

),

mixes as (

    select
        incentives.user_id,
        count(distinct incentives.mix_kind) as kinds

    from {{ ref('int_user_incentives') }} as incentives
    inner join profiles
        on incentives.user_id = profiles.user_id
    cross join limits
    where
        incentives.event_date < profiles.first_active_date + limits.mix_days
        and incentives.event_date <= {{ as_of_date() }}
    group by incentives.user_id

),

countries as (

    -- The countries of the most users have a name in the tables; a tie goes by the alphabet.
    select
        country,
        row_number() over (order by count(*) desc, country asc) as place

    from profiles
    where country is not null
    group by country

),

final as (

    select
        profiles.user_id,
        profiles.first_active_date,
        profiles.last_active_date,
        profiles.signed_up_date,
        order_days.first_order_date,
        order_days.last_order_date,
        sessions.first_active_at,
        sessions.last_active_at,
        profiles.signed_up_at,
        orders.first_order_at,
        orders.last_order_at,
        profiles.acquisition_channel as channel,
        case
            when profiles.country is null then 'none'
            when countries.place <= limits.countries then profiles.country
            else 'other'
        end as country,
        coalesce(profiles.platform, 'none') as platform,
        case
            when mixes.kinds > 1 then 'several'
            when mixes.kinds = 1 then 'one'
            else 'none'
        end as incentive_mix

    from profiles
    left join order_days
        on profiles.user_id = order_days.user_id
    left join sessions
        on profiles.user_id = sessions.user_id
    left join orders
        on profiles.user_id = orders.user_id
    left join mixes
        on profiles.user_id = mixes.user_id
    left join countries
        on profiles.country = countries.country
    cross join limits

)

select * from final
