{% macro days_near(days, parts, all_days) -%}
    {#-
        The given days, their neighbours, and whatever long sessions tie to them: a subquery.
        A part spanning a whole day carries a session on; runs of such days are taken together.
    -#}
    (
        select days.event_date
        from {{ days }} as days
        union
        select cast({{ dbt.dateadd('day', -1, 'days.event_date') }} as date) as event_date
        from {{ days }} as days
        union
        select cast({{ dbt.dateadd('day', 1, 'days.event_date') }} as date) as event_date
        from {{ days }} as days
        union
        select calendar.event_date
        from (
            select
                min(bridges.event_date) as first_date,
                max(bridges.event_date) as last_date
            from (
                select
                    spanned.event_date,
                    {{ dbt.datediff("date '2000-01-01'", 'spanned.event_date', 'day') }}
                    - row_number() over (order by spanned.event_date) as island
                from (select distinct event_date from {{ parts }} where spans_day) as spanned
            ) as bridges
            group by bridges.island
        ) as islands
        inner join {{ days }} as days
            on
                days.event_date >= {{ dbt.dateadd('day', -1, 'islands.first_date') }}
                and days.event_date <= {{ dbt.dateadd('day', 1, 'islands.last_date') }}
        inner join {{ all_days }} as calendar
            on
                calendar.event_date >= {{ dbt.dateadd('day', -1, 'islands.first_date') }}
                and calendar.event_date <= {{ dbt.dateadd('day', 1, 'islands.last_date') }}
    )
{%- endmacro %}
