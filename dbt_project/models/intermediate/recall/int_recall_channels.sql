{{ config(materialized='view') }}

with

candidates as (

    select * from {{ ref('recall_candidates') }}

),

contacts as (

    select * from {{ ref('int_contacts') }}

),

channels as (

    select listed.channel
    from (values ('email'), ('sms'), ('push'), ('wechat_oa')) as listed (channel)

),

ways as (

    select
        candidates.user_id,
        channels.channel,
        position(channels.channel in candidates.channel_order) as place,
        case channels.channel
            when 'email' then contacts.email
            when 'sms' then contacts.phone
            when 'push' then contacts.push_token
            when 'wechat_oa' then contacts.wechat_openid
        end is not null as has_contact,
        coalesce(
            case channels.channel
                when 'email' then contacts.consent_email
                when 'sms' then contacts.consent_sms
                when 'push' then contacts.consent_push
                when 'wechat_oa' then contacts.consent_wechat_oa
            end,
            'true'
        ) = 'true' as has_consent

    from candidates
    cross join channels
    left join contacts
        on candidates.user_id = contacts.user_id

),

final as (

    -- The first channel of the strategy's order that the user can and may be reached by.
    select
        user_id,
        cast(count_if(has_contact) > 0 as boolean) as has_contact,
        min_by(channel, place) filter (where has_contact and has_consent) as channel

    from ways
    where place > 0
    group by user_id

)

select * from final
