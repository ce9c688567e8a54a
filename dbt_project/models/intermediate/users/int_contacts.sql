with

changes as (

    select * from {{ ref('int_profile_changes') }}
    where event_date <= {{ as_of_date() }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by user_id, field order by occurred_at desc, message_id desc
        ) as recency_rank

    from changes

),

final as (

    -- The latest known value of each field; a later empty one takes the contact away.
    select
        user_id,
        max(case when field = 'email' then nullif(value, '') end) as email,
        max(case when field = 'phone' then nullif(value, '') end) as phone,
        max(case when field = 'push_token' then nullif(value, '') end) as push_token,
        max(case when field = 'wechat_openid' then nullif(value, '') end) as wechat_openid,
        max(case when field = 'consent_email' then value end) as consent_email,
        max(case when field = 'consent_sms' then value end) as consent_sms,
        max(case when field = 'consent_push' then value end) as consent_push,
        max(case when field = 'consent_wechat_oa' then value end) as consent_wechat_oa,
        coalesce(max(case when field = 'deleted' then value end) = 'true', false) as is_deleted

    from ranked
    where recency_rank = 1
    group by user_id

)

select * from final
