with

traits as (

    select * from {{ ref('int_user_day_traits') }}
    where
        contacts > 0
        and event_date <= {{ as_of_date() }}

),

final as (

    select
        user_id,
        max(event_date) as last_contact_date

    from traits
    group by user_id

)

select * from final
