{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure = 'tagged_users'

),

bounds as (

    select min(as_of_date) as first_date
    from {{ ref('int_snapshot_dates') }}

),

spans as (

    -- Being active is one more thing that has to hold beside the three.
    select
        terms.window_days,
        history.user_id,
        history.tag_kind as kind,
        history.valid_from as from_date,
        history.valid_to as to_date

    from {{ ref('tag_history') }} as history
    cross join terms
    union all
    select
        presences.window_days,
        presences.user_id,
        'active' as kind,
        presences.from_date,
        presences.to_date

    from {{ ref('int_presence_intervals') }} as presences
    inner join terms
        on presences.window_days = terms.window_days
    where presences.measure = 'active_users'

),

ends as (

    select listed.sign
    from (values (1), (-1)) as listed (sign)

),

turns as (

    -- What begins before the days to rebuild begins with them.
    select
        spans.window_days,
        spans.user_id,
        {% for kind in ['active', 'fixed', 'path', 'scene'] %}
        sum(case when spans.kind = '{{ kind }}' then ends.sign else 0 end) as {{ kind }},
        {% endfor %}
        case
            when ends.sign = 1 then greatest(spans.from_date, bounds.first_date)
            else spans.to_date
        end as turn_date

    from spans
    cross join bounds
    cross join ends
    where
        coalesce(spans.to_date > bounds.first_date, true)
        and (
            ends.sign = 1
            or spans.to_date is not null
        )
    group by
        spans.window_days,
        spans.user_id,
        case
            when ends.sign = 1 then greatest(spans.from_date, bounds.first_date)
            else spans.to_date
        end

),

standing as (

    select
        window_days,
        user_id,
        {% for kind in ['active', 'fixed', 'path', 'scene'] %}
        sum({{ kind }}) over so_far as {{ kind }},
        {% endfor %}
        turn_date as from_date,
        lead(turn_date) over (partition by window_days, user_id order by turn_date) as to_date

    from turns
    window so_far as (
        partition by window_days, user_id
        order by turn_date
        rows between unbounded preceding and current row
    )

),

final as (

    select
        'tagged_users' as measure,
        window_days,
        user_id,
        from_date,
        to_date

    from standing
    where
        active > 0
        and fixed > 0
        and path > 0
        and scene > 0

)

select * from final
