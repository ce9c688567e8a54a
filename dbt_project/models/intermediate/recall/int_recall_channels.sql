{{ config(materialized='view') }}

with

candidates as (

    select * from {{ ref('recall_candidates') }}

),

channels as (

    select
        *,
        '>' || channel || '>' as step

    from {{ ref('channels') }}

),

ways as (

    -- Whole steps are compared: the name of a channel may be a part of another's. Of whom nothing
    -- is known, the default of the channel speaks.
    select
        candidates.user_id,
        channels.channel,
        position(channels.step in '>' || candidates.channel_order || '>') as place,
        contacts.contact,
        coalesce(contacts.is_erased, false) as is_erased,
        coalesce(contacts.has_consent, channels.consent_default = 'granted') as has_consent,
        coalesce(contacts.is_suppressed, false) as is_suppressed,
        (
            channels.consent_default = 'required'
            and not coalesce(contacts.has_word, false)
            and contacts.contact is not null
        ) as is_unasked

    from candidates
    inner join channels
        on position(channels.step in '>' || candidates.channel_order || '>') > 0
    left join {{ ref('int_contacts') }} as contacts
        on
            candidates.user_id = contacts.user_id
            and channels.channel = contacts.channel

),

judged as (

    select
        *,
        case
            when is_erased then 'erased'
            when not has_consent then 'no_consent'
            when is_suppressed then 'suppressed'
            when contact is null then 'no_contact'
        end as exclusion_reason,
        case
            when is_erased then 1
            when not has_consent then 2
            when is_suppressed then 3
            when contact is null then 4
            else 5
        end as steps_passed

    from ways

),

ranked as (

    -- The first way that is open, else the one that came furthest.
    select
        *,
        row_number() over (
            partition by user_id order by steps_passed desc, place asc
        ) as way_rank,
        max(case when is_unasked and not is_erased and not is_suppressed then 1 else 0 end)
            over (partition by user_id) as unasked

    from judged

),

final as (

    select
        user_id,
        case when exclusion_reason is null then channel end as channel,
        case when exclusion_reason is null then contact end as contact,
        exclusion_reason,
        -- Also who is told to have no contact, on a channel that asks nobody, may lack but a word.
        exclusion_reason is not null and unasked = 1 as is_unasked

    from ranked
    where way_rank = 1

)

select * from final
