{#- What the intervals of KPIs are made of: days that landed, and no earlier than a window reaches. -#}

{% macro is_landed(date_column) -%}
    {{ date_column }} in (
        select landed.event_date
        from {{ ref('int_landed_days') }} as landed
        where landed.is_landed
    )
{%- endmacro %}

{% macro is_in_reach(date_column, measures=()) -%}
    {#-
        Whether a window of any day to rebuild reaches back to a date. Asks for a CTE `terms`, of
        `int_kpi_terms`; of these only `measures`, if there are any.
    -#}
    {{ date_column }} > (
        select min(snapshots.as_of_date) - max(terms.window_days)
        from {{ ref('int_snapshot_dates') }} as snapshots
        cross join terms
        {%- if measures %}
        where terms.measure in ({{ quoted(measures) }})
        {%- endif %}
    )
{%- endmacro %}
