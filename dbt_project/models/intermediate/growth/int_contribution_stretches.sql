{{ config(materialized='view') }}

with

parameters as (

    select
        max(case when parameter = 'contribution_content_weight' then cast(value as double) end)
            as content_weight,
        max(case when parameter = 'contribution_share_weight' then cast(value as double) end)
            as share_weight,
        max(case when parameter = 'contribution_invite_weight' then cast(value as double) end)
            as invite_weight,
        max(case when parameter = 'contribution_days' then cast(value as integer) end)
            as window_days

    from {{ ref('parameters') }}

),

contributions as (

    -- Days that no snapshot to rebuild looks back on are not read.
    select
        user_days.user_id,
        user_days.event_date as from_date,
        user_days.event_date + parameters.window_days as to_date,
        user_days.content,
        user_days.shares,
        0 as invites

    from {{ ref('fct_user_days') }} as user_days
    cross join parameters
    where
        user_days.content + user_days.shares > 0
        and user_days.event_date > (
            select min(snapshots.as_of_date) from {{ ref('int_snapshot_dates') }} as snapshots
        ) - parameters.window_days
    union all
    select
        referrals.inviter_id as user_id,
        referrals.valid_from as from_date,
        least(
            referrals.accepted_date + parameters.window_days,
            coalesce(referrals.valid_to, date '9999-12-31')
        ) as to_date,
        0 as content,
        0 as shares,
        1 as invites

    from {{ ref('int_referrals') }} as referrals
    cross join parameters

),

ends as (

    select listed.sign
    from (values (1), (-1)) as listed (sign)

),

changes as (

    select
        contributions.user_id,
        case when ends.sign = 1 then contributions.from_date else contributions.to_date end
            as change_date,
        sum(ends.sign * contributions.content) as content,
        sum(ends.sign * contributions.shares) as shares,
        sum(ends.sign * contributions.invites) as invites

    from contributions
    cross join ends
    where contributions.from_date < contributions.to_date
    group by
        contributions.user_id,
        case when ends.sign = 1 then contributions.from_date else contributions.to_date end

),

standing as (

    select
        user_id,
        change_date as from_date,
        lead(change_date) over (partition by user_id order by change_date) as to_date,
        cast(sum(content) over so_far as bigint) as content,
        cast(sum(shares) over so_far as bigint) as shares,
        cast(sum(invites) over so_far as bigint) as invites

    from changes
    window so_far as (
        partition by user_id
        order by change_date
        rows between unbounded preceding and current row
    )

),

final as (

    select
        standing.user_id,
        standing.from_date,
        standing.to_date,
        standing.content,
        standing.shares,
        standing.invites,
        {{ rounded(
            'standing.content * parameters.content_weight'
            ~ ' + standing.shares * parameters.share_weight'
            ~ ' + standing.invites * parameters.invite_weight', 6
        ) }} as contribution_score

    from standing
    cross join parameters
    where standing.content + standing.shares + standing.invites > 0

)

select * from final
