{{ config(materialized='view') }}

with

changes as (

    select * from {{ ref('int_profile_changes') }}
    where event_date <= {{ as_of_date() }}

),

named as (

    select
        user_id,
        subject as contact_field,
        value as address

    from changes
    where
        kind in ('address', 'named')
        and value <> ''
    group by all

),

shared as (

    -- Of an address that one account alone has named, the account's own word says all there is.
    select
        contact_field,
        address

    from named
    group by contact_field, address
    having count(*) > 1

),

final as (

    select
        words.subject as channel,
        named.address,
        max(case when words.kind = 'granted' then words.occurred_at end) as granted_at,
        max(case when words.kind <> 'granted' then words.occurred_at end) as refused_at

    from shared
    inner join named
        on
            shared.contact_field = named.contact_field
            and shared.address = named.address
    inner join {{ ref('channels') }} as channels
        on named.contact_field = channels.contact_field
    inner join changes as words
        on
            named.user_id = words.user_id
            and channels.channel = words.subject
            and words.kind in ('granted', 'refused', 'deleted')
    group by words.subject, named.address

)

select * from final
