{#- A view: some rows a reward. -#}
{{ config(materialized='view') }}

with

limits as (

    select
        cast(max(case when parameter = 'reward_period_days' then value end) as integer) as days,
        cast(max(case when parameter = 'reward_periods' then value end) as integer) as spans

    from {{ ref('parameters') }}

),

rewards as (

    select
        rewards.reward,
        rewards.kind,
        rewards.valid_from,
        coalesce(rewards.valid_to, {{ as_of_date() }}) as last_date,
        rewards.valid_to,
        limits.days,
        limits.spans

    from {{ ref('rewards') }} as rewards
    cross join limits
    where rewards.valid_from <= {{ as_of_date() }}

),

numbered as (

    select
        rewards.*,
        cast(numbers.span as integer) as span

    from rewards
    inner join range(730) as numbers (span)
        on numbers.span > 0

),

spans as (

    -- Number 0 is the whole phase.
    select
        reward,
        kind,
        'before' as phase,
        -span as period_number,
        valid_from - span * days as from_date,
        valid_from - (span - 1) * days - 1 as to_date,
        false as is_open

    from numbered
    where span <= spans

    union all

    select
        reward,
        kind,
        'before' as phase,
        0 as period_number,
        valid_from - spans * days as from_date,
        valid_from - 1 as to_date,
        false as is_open

    from rewards

    union all

    select
        reward,
        kind,
        'during' as phase,
        span as period_number,
        valid_from + (span - 1) * days as from_date,
        least(
            coalesce(valid_to, valid_from + span * days - 1), valid_from + span * days - 1
        ) as to_date,
        false as is_open

    from numbered
    where valid_from + (span - 1) * days <= last_date

    union all

    select
        reward,
        kind,
        'during' as phase,
        0 as period_number,
        valid_from as from_date,
        last_date as to_date,
        valid_to is null as is_open

    from rewards

    union all

    select
        reward,
        kind,
        'after' as phase,
        span as period_number,
        valid_to + (span - 1) * days + 1 as from_date,
        valid_to + span * days as to_date,
        false as is_open

    from numbered
    where span <= spans

    union all

    select
        reward,
        kind,
        'after' as phase,
        0 as period_number,
        valid_to + 1 as from_date,
        valid_to + spans * days as to_date,
        false as is_open

    from rewards

),

landed as (

    -- That nobody came is known of days that landed alone.
    select
        spans.reward,
        spans.phase,
        spans.period_number,
        count_if(days.is_landed) > 0 as is_landed

    from spans
    inner join {{ ref('int_landed_days') }} as days
        on
            spans.from_date <= days.event_date
            and spans.to_date >= days.event_date
    group by spans.reward, spans.phase, spans.period_number

),

final as (

    -- A reward without an end has no time after it. Before history nobody had come yet.
    select
        spans.reward,
        spans.kind,
        spans.phase,
        cast(spans.period_number as bigint) as period_number,
        cast(spans.from_date as date) as from_date,
        cast(spans.to_date as date) as to_date,
        spans.to_date <= {{ as_of_date() }}
        and not spans.is_open
        and coalesce(landed.is_landed, true) as is_mature

    from spans
    left join landed
        on
            spans.reward = landed.reward
            and spans.phase = landed.phase
            and spans.period_number = landed.period_number
    where spans.from_date <= {{ as_of_date() }}

)

select * from final
