with

changes as (

    select * from {{ ref('int_profile_changes') }}
    where event_date <= {{ as_of_date() }}

),

users as (

    select changes.user_id from changes
    anti join {{ ref('int_excluded_actors') }} as excluded
        on changes.user_id = excluded.user_id
    group by changes.user_id

),

ranked as (

    select
        user_id,
        subject,
        value,
        row_number() over (
            partition by user_id, subject
            order by occurred_at desc, load_date desc, source_file desc, source_line desc
        ) as recency_rank

    from changes
    where kind = 'address'

),

addresses as (

    -- What was given last; a later empty one takes the contact away.
    select
        user_id,
        subject as contact_field,
        nullif(value, '') as address

    from ranked
    where recency_rank = 1

),

own_words as (

    select
        user_id,
        subject as channel,
        max(case when kind = 'granted' then occurred_at end) as granted_at,
        max(case when kind <> 'granted' then occurred_at end) as refused_at,
        max(case when kind = 'deleted' then occurred_at end) as deleted_at

    from changes
    where kind in ('granted', 'refused', 'deleted')
    group by user_id, subject

),

suppressed_users as (

    select
        channel,
        user_id

    from {{ ref('int_suppressions') }}
    where user_id is not null
    group by channel, user_id

),

suppressed_addresses as (

    select
        channel,
        address

    from {{ ref('int_suppressions') }}
    where address is not null
    group by channel, address

),

final as (

    -- The last word counts, at the same instant a refusal. A default is no word. A refusal closes
    -- every address that its account ever named.
    select
        users.user_id,
        channels.channel,
        case when invalid.address is null then addresses.address end as contact,
        (
            coalesce(own_words.granted_at > own_words.refused_at, own_words.refused_at is null)
            and refused_addresses.address is null
            and (own_words.granted_at is not null or channels.consent_default = 'granted')
        ) as has_consent,
        own_words.channel is not null or refused_addresses.address is not null as has_word,
        (
            suppressed_users.user_id is not null
            or suppressed_addresses.address is not null
        ) as is_suppressed,
        (
            own_words.deleted_at is not null
            and coalesce(own_words.granted_at <= own_words.deleted_at, true)
        ) as is_erased

    from users
    cross join {{ ref('channels') }} as channels
    left join addresses
        on
            users.user_id = addresses.user_id
            and channels.contact_field = addresses.contact_field
    left join own_words
        on
            users.user_id = own_words.user_id
            and channels.channel = own_words.channel
    left join {{ ref('int_refused_addresses') }} as refused_addresses
        on
            channels.channel = refused_addresses.channel
            and addresses.address = refused_addresses.address
    left join {{ ref('int_invalid_addresses') }} as invalid
        on
            case when channels.contact_field = 'email' then addresses.address end
            = invalid.address
    left join suppressed_users
        on
            channels.channel = suppressed_users.channel
            and users.user_id = suppressed_users.user_id
    left join suppressed_addresses
        on
            channels.channel = suppressed_addresses.channel
            and addresses.address = suppressed_addresses.address

)

select * from final
