{{ config(materialized='view') }}
with

messages as (

    select * from {{ ref('int_contact_messages') }}
    where event_date <= {{ as_of_date() }}

),

parameters as (

    select cast(value as bigint) as cooling_days
    from {{ ref('parameters') }}
    where parameter = 'recall_cooling_days'

),

listed as (

    -- A list is no contact before its day is over.
    select * from {{ source('raw', 'listed') }}
    where as_of_date < {{ as_of_date() }}

),

places as (

    select
        coalesce(named_ids.user_id, listed.user_id) as user_id,
        listed.list_id,
        listed.channel,
        listed.as_of_date,
        parameters.cooling_days

    from listed
    cross join parameters
    left join {{ ref('int_named_ids') }} as named_ids
        on listed.user_id = named_ids.named_id

),

taken_back as (

    -- A failure that names no list is of the one on whose cooling it falls.
    select
        places.user_id,
        places.list_id

    from places
    inner join messages
        on
            places.user_id = messages.user_id
            and messages.event = 'Message Failed'
            and (
                places.list_id = messages.list_id
                or (
                    messages.list_id is null
                    and places.channel = messages.channel
                    and places.as_of_date < messages.event_date
                    and {{ days_between('places.as_of_date', 'messages.event_date') }}
                    < places.cooling_days
                )
            )
    group by places.user_id, places.list_id

),

contacts as (

    select
        user_id,
        event_date as contact_date

    from messages
    where event = 'Message Sent'

    union all

    select
        places.user_id,
        places.as_of_date as contact_date

    from places
    left join taken_back
        on
            places.user_id = taken_back.user_id
            and places.list_id = taken_back.list_id
    where taken_back.user_id is null

),

final as (

    select
        user_id,
        max(contact_date) as last_contact_date

    from contacts
    group by user_id

)

select * from final
