{#- A view: read once, by `int_people`. -#}
{{ config(materialized='view') }}

with

traits as (

    select * from {{ ref('int_user_day_traits') }}
    where event_date <= {{ as_of_date() }}

),

campaigns as (

    select
        user_id,
        event_date,
        first_campaign as campaign

    from traits
    where first_campaign is not null
    union all
    select
        user_id,
        event_date,
        first_other_campaign as campaign

    from traits
    where first_other_campaign is not null
    union all
    select
        user_id,
        event_date,
        later_other_campaign as campaign

    from traits
    where later_other_campaign > first_other_campaign

),

first_visits as (

    select
        user_id,
        {{ time_key('min(started_at)') }} as started_key,
        {{ time_key('min_by(ended_at, started_at)') }} as ended_key

    from {{ ref('fct_sessions') }}
    where
        event_date <= {{ as_of_date() }}
        and user_id in (select campaigns.user_id from campaigns)
    group by user_id

),

channels as (

    -- Campaigns after the first visit change nothing, and a line before it is no part of it.
    select
        campaigns.user_id,
        substr(min(campaigns.campaign), 21) as acquisition_channel,
        min_by(campaigns.event_date, campaigns.campaign) as acquired_date

    from campaigns
    inner join first_visits
        on
            campaigns.user_id = first_visits.user_id
            and substr(campaigns.campaign, 1, 20) >= first_visits.started_key
            and substr(campaigns.campaign, 1, 20) <= first_visits.ended_key
    group by campaigns.user_id

),

seen as (

    select
        user_id,
        min(case when is_seen then event_date end) as first_seen_date,
        max(case when is_seen then event_date end) as last_seen_date,
        coalesce(min(signed_up_at), min(identified_at)) as signed_up_at

    from traits
    group by user_id

),

places as (

    select
        user_id,
        max(case when dimension = 'platform' then dimension_value end) as platform,
        max(case when dimension = 'country' then dimension_value end) as country

    from {{ ref('int_user_places') }}
    where valid_to is null
    group by user_id

),

final as (

    select
        seen.user_id,
        seen.first_seen_date,
        seen.last_seen_date,
        seen.signed_up_at,
        coalesce(channels.acquisition_channel, 'direct') as acquisition_channel,
        channels.acquired_date,
        places.country,
        places.platform

    from seen
    left join channels
        on seen.user_id = channels.user_id
    left join places
        on seen.user_id = places.user_id

)

select * from final
