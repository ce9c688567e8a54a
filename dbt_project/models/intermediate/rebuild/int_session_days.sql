with

touched as (

    select * from {{ ref('int_touched_days') }}

),

final as (

    -- A touched day can change the sessions that began before it and those that begin after it.
    select near_days.event_date
    from {{ days_near('touched', ref('int_session_parts'), ref('int_day_inputs')) }} as near_days

)

select * from final
