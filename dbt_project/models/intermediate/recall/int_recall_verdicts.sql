with

candidates as (

    select * from {{ ref('recall_candidates') }}

),

channels as (

    select * from {{ ref('int_recall_channels') }}

),

last_contacts as (

    select * from {{ ref('int_last_contacts') }}

),

arms as (

    select * from {{ ref('recall_arms') }}
    where experiment = 'recall'

),

parameters as (

    select
        max(case when parameter = 'recall_cooling_days' then cast(value as bigint) end)
            as cooling_days,
        max(case when parameter = 'recall_daily_budget' then cast(value as double) end)
            as daily_budget,
        max(case when parameter = 'recall_holdout_share' then cast(value as double) end)
            as holdout_share,
        max(case when parameter = 'recall_send_hour' then cast(value as bigint) end) as send_hour

    from {{ ref('parameters') }}

),

frozen as (

    -- Whom an incident affects is left in peace until all is done that is owed to them.
    select distinct user_id from {{ ref('incident_users') }}
    where is_frozen

),

frozen_addresses as (

    -- So are the other accounts of whoever reads there.
    select distinct
        contacts.channel,
        contacts.contact

    from frozen
    inner join {{ ref('int_contacts') }} as contacts
        on frozen.user_id = contacts.user_id
    where contacts.contact is not null

),

bucketed as (

    select
        candidates.*,
        {{ hash_bucket("candidates.user_id || '|recall'") }} as arm_bucket,
        {{ hash_bucket("candidates.user_id || '|holdout'") }} as holdout_bucket

    from candidates

),

approached as (

    -- The first reason in this order is the one that is told.
    select
        bucketed.*,
        channels.channel,
        channels.contact,
        channels.is_unasked,
        arms.arm,
        parameters.daily_budget,
        parameters.send_hour,
        case
            when channels.exclusion_reason is not null then channels.exclusion_reason
            when bucketed.holdout_bucket < 10000 * parameters.holdout_share then 'holdout'
            when frozen.user_id is not null or frozen_addresses.contact is not null
                then 'incident_freeze'
            when not arms.is_contacted then 'control'
            when
                {{ days_between('last_contacts.last_contact_date', 'bucketed.as_of_date') }}
                < parameters.cooling_days
                then 'cooling'
        end as first_reason

    from bucketed
    cross join parameters
    inner join channels
        on bucketed.user_id = channels.user_id
    left join frozen
        on bucketed.user_id = frozen.user_id
    left join frozen_addresses
        on
            channels.channel = frozen_addresses.channel
            and channels.contact = frozen_addresses.contact
    left join last_contacts
        on bucketed.user_id = last_contacts.user_id
    left join arms
        on
            bucketed.arm_bucket >= arms.from_bucket
            and bucketed.arm_bucket <= arms.to_bucket

),

addressed as (

    -- One message a day reaches an address, whoever of its accounts comes first.
    select
        *,
        row_number() over (
            partition by contact, coalesce(first_reason, '')
            order by priority asc, expected_value desc nulls last, user_id asc
        ) as place_at_address

    from approached

),

judged as (

    select
        *,
        case
            when first_reason is not null then first_reason
            when place_at_address > 1 then 'same_address'
            when not {{ is_silent('addressed', 'addressed.min_silent_days') }} then 'not_silent'
            when expected_value <= 0 then 'no_value'
        end as exclusion_reason

    from addressed

),

ranked as (

    select
        *,
        sum(case when exclusion_reason is null then unit_cost else 0 end) over (
            order by expected_value desc nulls last, priority asc, user_id asc
            rows between unbounded preceding and current row
        ) as spent

    from judged

),

final as (

    select
        as_of_date,
        user_id,
        channel,
        contact,
        arm,
        {{ dbt.dateadd('hour', 'send_hour',
            'cast(' ~ dbt.dateadd('day', 1, 'as_of_date') ~ ' as timestamp)') }} as send_after,
        is_unasked,
        case
            when exclusion_reason is not null then exclusion_reason
            when spent > daily_budget then 'budget'
        end as exclusion_reason

    from ranked

)

select * from final
