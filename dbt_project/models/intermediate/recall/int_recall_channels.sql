{{ config(materialized='view') }}

with

candidates as (

    select * from {{ ref('recall_candidates') }}

),

contacts as (

    select
        *,
        '>' || channel || '>' as step

    from {{ ref('int_contacts') }}

),

ways as (

    -- Whole steps are compared: the name of a channel may be a part of another's.
    select
        candidates.user_id,
        contacts.channel,
        position(contacts.step in '>' || candidates.channel_order || '>') as place,
        contacts.contact is not null as has_contact,
        contacts.has_consent and not contacts.is_suppressed as has_consent

    from candidates
    left join contacts
        on
            candidates.user_id = contacts.user_id
            and position(contacts.step in '>' || candidates.channel_order || '>') > 0

),

final as (

    -- The first channel of the strategy's order that the user can and may be reached by.
    select
        user_id,
        cast(count_if(has_contact) > 0 as boolean) as has_contact,
        min_by(channel, place) filter (where has_contact and has_consent) as channel

    from ways
    group by user_id

)

select * from final
