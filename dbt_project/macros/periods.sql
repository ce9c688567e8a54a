{% macro period_number(period_column, date_column) -%}
    {#- How many whole days, weeks (from Monday) or months lie before a date; period is a column. -#}
    case {{ period_column }}
        when 'day' then {{ days_between("date '1970-01-01'", date_column) }}
        when 'week'
            then cast(floor({{ days_between("date '1970-01-05'", date_column) }} / 7) as bigint)
        when 'month'
            then cast(
                (extract(year from {{ date_column }}) - 1970) * 12
                + extract(month from {{ date_column }}) - 1 as bigint
            )
    end
{%- endmacro %}

{% macro next_period_start(period_column, date_column) -%}
    case {{ period_column }}
        when 'day' then cast({{ dbt.dateadd('day', 1, date_column) }} as date)
        when 'week' then cast({{ dbt.dateadd('day', 7, date_column) }} as date)
        when 'month' then cast({{ dbt.dateadd('month', 1, date_column) }} as date)
    end
{%- endmacro %}

{% macro is_last_of_month(sunday) -%}
    {#- Whether a Sunday is the last one of its month. -#}
    {{ period_start('month', sunday) }} <> {{ period_start('month', sunday ~ ' + 7') }}
{%- endmacro %}

{% macro is_month_snapshot() -%}
    {#- Whether a row of `int_snapshot_dates` is of those kept for good: the newest day, and the last Sunday of each month. -#}
    (is_latest or (is_sunday and {{ is_last_of_month('as_of_date') }}))
{%- endmacro %}

{% macro period_after(period_column, date_column, number) -%}
    {#- First day of the period so many periods later. -#}
    case {{ period_column }}
        when 'day' then cast({{ dbt.dateadd('day', number, date_column) }} as date)
        when 'week' then cast({{ dbt.dateadd('day', '7 * (' ~ number ~ ')', date_column) }} as date)
        when 'month' then cast({{ dbt.dateadd('month', number, date_column) }} as date)
    end
{%- endmacro %}

{% macro days_of_24_hours(first_moment, second_moment) -%}
    {#- Whole spans of 24 hours from one instant to another. -#}
    cast(floor(
        ({{ epoch_micros(second_moment) }} - {{ epoch_micros(first_moment) }}) / 86400000000
    ) as bigint)
{%- endmacro %}
