{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_touched_events') }}

),

final as (

    select
        user_id,
        min(platform) as platform,
        min(country) as country,
        -- The first campaign of the day; the key sorts as time does.
        min(
            case
                when campaign_source is not null
                    then
                        lpad(
                            cast({{ epoch_micros('occurred_at') }} as {{ dbt.type_string() }}),
                            20,
                            '0'
                        )
                        || campaign_source
            end
        ) as first_campaign,
        min(case when event = 'Signed Up' then occurred_at end) as signed_up_at,
        min(case when type = 'identify' then occurred_at end) as identified_at,
        min(occurred_at) as seen_at,
        event_date

    from events
    where
        platform is not null
        or country is not null
        or campaign_source is not null
        or type = 'identify'
        or event = 'Signed Up'
    group by user_id, event_date

)

select * from final
