{% macro as_of_date() -%}
    {#- The one clock: the last whole day this run knows. -#}
    cast('{{ var("as_of_date") }}' as date)
{%- endmacro %}

{% macro local_date(timestamp_column) -%}
    {#- The calendar date of a UTC timestamp in the business time zone. -#}
    {{ return(adapter.dispatch('local_date', 'userops')(timestamp_column)) }}
{%- endmacro %}

{% macro default__local_date(timestamp_column) -%}
    cast(timezone('{{ var("timezone") }}', timezone('UTC', {{ timestamp_column }})) as date)
{%- endmacro %}

{% macro spark__local_date(timestamp_column) -%}
    cast(from_utc_timestamp({{ timestamp_column }}, '{{ var("timezone") }}') as date)
{%- endmacro %}

{% macro days_between(first_date, second_date) -%}
    {#- Whole days from the first date to the second. -#}
    cast({{ dbt.datediff(first_date, second_date, 'day') }} as bigint)
{%- endmacro %}

{% macro period_start(period, date_column) -%}
    {#- First day of the day, week (Monday) or month a date lies in. -#}
    cast(date_trunc('{{ period }}', {{ date_column }}) as date)
{%- endmacro %}
