with

buckets as (

    select * from {{ ref('int_user_buckets') }}
    where
        contacts > 0
        and event_date <= {{ as_of_date() }}

),

final as (

    select
        user_id,
        max(event_date) as last_contact_date

    from buckets
    group by user_id

)

select * from final
