{#- A view: read once, by `int_user_profile`. -#}
{{ config(materialized='view') }}

with

traits as (

    -- A day that told nothing of the user, as one with a message sent to them, is not seen.
    select * from {{ ref('int_user_day_traits') }}
    where
        event_date <= {{ as_of_date() }}
        and (
            platform is not null
            or country is not null
            or first_campaign is not null
            or signed_up_at is not null
            or identified_at is not null
        )

),

latest_days as (

    select
        user_id,
        platform,
        country,
        row_number() over (partition by user_id order by event_date desc) as recency_rank

    from traits
    where
        platform is not null
        or country is not null

),

firsts as (

    select
        user_id,
        min(event_date) as first_trait_date,
        max(event_date) as last_trait_date,
        substr(min(first_campaign), 21) as acquisition_channel,
        coalesce(min(signed_up_at), min(identified_at)) as signed_up_at

    from traits
    group by user_id

),

final as (

    select
        firsts.user_id,
        firsts.first_trait_date,
        firsts.last_trait_date,
        firsts.acquisition_channel,
        firsts.signed_up_at,
        latest_days.country,
        latest_days.platform

    from firsts
    left join latest_days
        on
            firsts.user_id = latest_days.user_id
            and latest_days.recency_rank = 1

)

select * from final
