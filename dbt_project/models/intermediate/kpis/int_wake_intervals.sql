{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure in ('messaged_users', 'woken_users', 'message_cost')

),

stages as (

    -- Dormant or lost: silent for as long as the first of the two stages asks for.
    select cast(min(min_silent_days) as integer) as dormant_days
    from {{ ref('lifecycle_stages') }}
    where stage in ('dormant', 'lost')

),

contacts as (

    select
        *,
        count_if(event = 'Message Sent') over (partition by user_id, event_date) > 0 as is_told

    from {{ ref('int_contact_messages') }}
    where
        event in ('Message Sent', 'Email Delivered')
        and {{ is_in_reach('event_date') }}

),

messages as (

    -- Where no sending was told, what was delivered was sent.
    select
        user_id,
        event_date,
        min(occurred_at) as sent_at,
        sum(cost) as cost

    from contacts
    where
        event = 'Message Sent'
        or not is_told
    group by user_id, event_date

),

asleep as (

    -- It counts while its window holds it, on days whose window began with the user asleep.
    select
        terms.measure,
        terms.window_days,
        messages.user_id,
        messages.event_date,
        messages.sent_at,
        messages.cost,
        greatest(
            messages.event_date,
            stretches.stretch_end + stages.dormant_days + terms.window_days
        ) as from_date,
        least(messages.event_date, coalesce(stretches.next_start, date '9000-01-01'))
        + terms.window_days as to_date

    from messages
    inner join {{ ref('int_activity_stretches') }} as stretches
        on messages.user_id = stretches.user_id
    cross join stages
    cross join terms

),

sent as (

    select * from asleep
    where from_date < to_date

),

woken as (

    -- From the first activity after it, were it a minute later.
    select
        sent.window_days,
        sent.user_id,
        greatest(sent.from_date, min(days.event_date)) as from_date,
        sent.to_date

    from sent
    inner join {{ ref('int_user_day_traits') }} as days
        on
            sent.user_id = days.user_id
            and sent.event_date <= days.event_date
            and sent.sent_at < days.last_active_at
            and sent.to_date > days.event_date
    where sent.measure = 'woken_users'
    group by sent.window_days, sent.user_id, sent.event_date, sent.from_date, sent.to_date

),

reached as (

    select
        measure,
        window_days,
        user_id,
        from_date,
        to_date

    from sent
    where measure = 'messaged_users'
    union all
    select
        'woken_users' as measure,
        window_days,
        user_id,
        from_date,
        to_date

    from woken

),

final as (

    -- Who was sent two messages is one user, and both cost: in hundredths of a cent.
    select
        measure,
        window_days,
        user_id,
        from_date,
        to_date,
        {{ money('1') }} as amount

    from {{ overlaps('reached', ['measure', 'window_days', 'user_id']) }} as users
    where depth > 0
    union all
    select
        measure,
        window_days,
        user_id,
        from_date,
        to_date,
        {{ money('cost * 10000') }} as amount

    from sent
    where
        measure = 'message_cost'
        and cost > 0

)

select * from final
