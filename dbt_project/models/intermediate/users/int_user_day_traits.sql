{{ rebuilt_by('event_date', 'int_touched_days') }}

with

buckets as (

    select * from {{ ref('int_user_buckets') }}
    where event_date in (select touched.event_date from {{ ref('int_touched_days') }} as touched)

),

final as (

    select
        user_id,
        min(platform) as platform,
        min(country) as country,
        min(first_campaign) as first_campaign,
        min(signed_up_at) as signed_up_at,
        min(identified_at) as identified_at,
        event_date

    from buckets
    where
        platform is not null
        or country is not null
        or first_campaign is not null
        or signed_up_at is not null
        or identified_at is not null
    group by user_id, event_date

)

select * from final
