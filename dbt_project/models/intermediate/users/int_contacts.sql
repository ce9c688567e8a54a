with

changes as (

    select * from {{ ref('int_profile_changes') }}
    where event_date <= {{ as_of_date() }}

),

channels as (

    select * from {{ ref('channels') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by user_id, field order by occurred_at desc, message_id desc
        ) as recency_rank

    from changes

),

latest as (

    select * from ranked
    where recency_rank = 1

),

final as (

    -- The latest known value of each field; a later empty one takes the contact away.
    select
        latest.user_id,
        channels.channel,
        max(case when latest.field = channels.contact_field then nullif(latest.value, '') end)
            as contact,
        coalesce(
            max(case when latest.field = 'consent_' || channels.channel then latest.value end),
            'true'
        ) = 'true' as has_consent,
        coalesce(max(case when latest.field = 'deleted' then latest.value end) = 'true', false)
            as is_deleted

    from latest
    cross join channels
    group by latest.user_id, channels.channel

)

select * from final
