with

channels as (

    select * from {{ ref('channels') }}

),

refused as (

    select
        channel,
        address,
        1 as place,
        'no_consent' as reason

    from {{ ref('int_refused_addresses') }}

    union all

    -- Also who said it on the day a list is sent, where that has landed with the day before.
    select
        channel,
        address,
        1 as place,
        'no_consent' as reason

    from {{ ref('int_known_refusals') }}

),

suppressed as (

    select
        channel,
        address,
        2 as place,
        'suppressed' as reason

    from {{ ref('int_suppressions') }}
    where address is not null

),

invalid as (

    select
        channels.channel,
        addresses.address,
        3 as place,
        'no_contact' as reason

    from {{ ref('int_invalid_addresses') }} as addresses
    inner join channels
        on channels.contact_field = 'email'

),

closed as (

    select * from refused
    union all
    select * from suppressed
    union all
    select * from invalid

),

final as (

    -- In the order of the policy.
    select
        channel,
        address,
        min_by(reason, place) as reason

    from closed
    group by channel, address

)

select * from final
