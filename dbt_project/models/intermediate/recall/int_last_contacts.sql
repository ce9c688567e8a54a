with

messages as (

    select * from {{ ref('int_messages') }}
    where
        event = 'Message Sent'
        and event_date <= {{ as_of_date() }}

),

final as (

    select
        user_id,
        max(event_date) as last_contact_date

    from messages
    group by user_id

)

select * from final
