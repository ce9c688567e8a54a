with

bounds as (

    select
        min(as_of_date) as first_date,
        max(as_of_date) as last_date

    from {{ ref('int_snapshot_dates') }}

),

cells as (

    select * from {{ ref('int_user_cells') }}

),

intervals as (

    {% for name in [
        'presence', 'order', 'silence', 'cohort', 'arrival', 'referral', 'tag', 'customer'
    ] %}
    select
        measure,
        window_days,
        user_id,
        from_date,
        to_date,
        {{ money('1') }} as amount

    from {{ ref('int_' ~ name ~ '_intervals') }}
    union all
    {% endfor %}
    -- Who stands out among all is told anew each day.
    select
        terms.measure,
        terms.window_days,
        kocs.user_id,
        kocs.as_of_date as from_date,
        kocs.as_of_date + 1 as to_date,
        {{ money('1') }} as amount

    from {{ ref('int_koc_days') }} as kocs
    inner join {{ ref('int_kpi_terms') }} as terms
        on terms.measure = 'kocs'
    union all
    {% for name in ['amount', 'value', 'category', 'wake', 'cart', 'answer', 'funnel', 'points'] %}
    select
        measure,
        window_days,
        user_id,
        from_date,
        to_date,
        amount

    from {{ ref('int_' ~ name ~ '_intervals') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

clamped as (

    -- What begins before the days to rebuild begins with them; what outlasts them does not end.
    select
        intervals.measure,
        intervals.window_days,
        intervals.user_id,
        greatest(intervals.from_date, bounds.first_date) as from_date,
        case when intervals.to_date <= bounds.last_date then intervals.to_date end as to_date,
        intervals.amount

    from intervals
    cross join bounds
    where
        intervals.from_date <= bounds.last_date
        and coalesce(intervals.to_date, date '9999-12-31') > bounds.first_date

),

pieces as (

    -- By what its user was: an interval is cut where the user became something else.
    select
        clamped.measure,
        clamped.window_days,
        coalesce(cells.channel, 'none') as channel,
        coalesce(cells.country, 'none') as country,
        coalesce(cells.platform, 'none') as platform,
        coalesce(cells.stage, 'none') as stage,
        coalesce(cells.tier, 'none') as tier,
        greatest(clamped.from_date, coalesce(cells.valid_from, clamped.from_date)) as from_date,
        case
            when cells.valid_to < coalesce(clamped.to_date, date '9999-12-31') then cells.valid_to
            else clamped.to_date
        end as to_date,
        clamped.amount

    from clamped
    left join cells
        on
            clamped.user_id = cells.user_id
            and cells.valid_from < coalesce(clamped.to_date, date '9999-12-31')
            and clamped.from_date < coalesce(cells.valid_to, date '9999-12-31')

),

ends as (

    select listed.sign
    from (values (1), (-1)) as listed (sign)

),

changes as (

    -- Plus where it begins, minus where it ends, and a running sum: never users times days.
    select
        pieces.measure,
        pieces.window_days,
        pieces.channel,
        pieces.country,
        pieces.platform,
        pieces.stage,
        pieces.tier,
        case when ends.sign = 1 then pieces.from_date else pieces.to_date end as change_date,
        ends.sign * pieces.amount as change

    from pieces
    cross join ends
    where
        ends.sign = 1
        or pieces.to_date is not null

),

sums as (

    -- Each dimension is summed up at once: there are millions of cells of all five together.
    select
        measure,
        window_days,
        case
            when grouping(channel) = 0 then 'channel'
            when grouping(country) = 0 then 'country'
            when grouping(platform) = 0 then 'platform'
            when grouping(stage) = 0 then 'stage'
            when grouping(tier) = 0 then 'tier'
            else 'all'
        end as dimension,
        coalesce(channel, country, platform, stage, tier, 'all') as dimension_value,
        change_date,
        sum(change) as change

    from changes
    group by grouping sets ( -- noqa: PRS
        (measure, window_days, change_date),
        (measure, window_days, change_date, channel),
        (measure, window_days, change_date, country),
        (measure, window_days, change_date, platform),
        (measure, window_days, change_date, stage),
        (measure, window_days, change_date, tier)
    )

),

final as (

    select * from sums
    union all
    -- A step is no trait of a user: it is a dimension of its own.
    select
        steps.measure,
        steps.window_days,
        steps.dimension,
        steps.dimension_value,
        greatest(steps.from_date, bounds.first_date) as change_date,
        sum(steps.amount) as change

    from {{ ref('int_funnel_steps') }} as steps
    cross join bounds
    where steps.from_date <= bounds.last_date
    group by 1, 2, 3, 4, 5

)

select * from final
