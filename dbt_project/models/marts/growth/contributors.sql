{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

dates as (

    select as_of_date
    from {{ ref('int_snapshot_dates') }}
    where {{ is_month_snapshot() }}

),

parameters as (

    select cast(value as integer) as window_days
    from {{ ref('parameters') }}
    where parameter = 'contribution_days'

),

scored as (

    select
        dates.as_of_date,
        stretches.user_id,
        stretches.content,
        stretches.shares,
        stretches.invites,
        stretches.contribution_score

    from dates
    inner join {{ ref('int_contribution_stretches') }} as stretches
        on
            dates.as_of_date >= stretches.from_date
            and dates.as_of_date < stretches.to_date

),

caused as (

    -- Of whoever names one, also long ago.
    select
        dates.as_of_date,
        referrals.inviter_id as user_id,
        count(*) as caused_activity

    from dates
    cross join parameters
    inner join {{ ref('int_referrals') }} as referrals
        on
            dates.as_of_date >= referrals.valid_from
            and coalesce(dates.as_of_date < referrals.valid_to, true)
    inner join {{ ref('fct_user_days') }} as user_days
        on
            referrals.user_id = user_days.user_id
            and dates.as_of_date >= user_days.event_date
            and dates.as_of_date < user_days.event_date + parameters.window_days
    where user_days.events > 0
    group by dates.as_of_date, referrals.inviter_id

),

joined as (

    select
        coalesce(scored.user_id, caused.user_id) as user_id,
        coalesce(scored.content, 0) as content,
        coalesce(scored.shares, 0) as shares,
        coalesce(scored.invites, 0) as invites,
        cast(coalesce(caused.caused_activity, 0) as bigint) as caused_activity,
        coalesce(scored.contribution_score, 0) as contribution_score,
        coalesce(scored.as_of_date, caused.as_of_date) as as_of_date

    from scored
    full outer join caused
        on
            scored.as_of_date = caused.as_of_date
            and scored.user_id = caused.user_id

),

final as (

    select
        joined.user_id,
        joined.content,
        joined.shares,
        joined.invites,
        joined.caused_activity,
        joined.contribution_score,
        kocs.user_id is not null as is_koc,
        joined.as_of_date

    from joined
    left join {{ ref('int_koc_days') }} as kocs
        on
            joined.as_of_date = kocs.as_of_date
            and joined.user_id = kocs.user_id

)

select * from final
