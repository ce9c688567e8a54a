{% macro as_of_date() -%}
    {#- The one clock: the last whole day this run knows. -#}
    {%- if asks_the_database() -%} raw.as_of_date() {%- else -%}
    cast('{{ var("as_of_date") }}' as date)
    {%- endif -%}
{%- endmacro %}

{% macro asks_the_database() -%}
    {#-
        A view on DuckDB has the clock from functions that each run makes anew (`set_clock`): its text is
        the same on any day, and a day need not make it again (orchestration/lineage.py, `standing`).
    -#}
    {{ return(
        target.type == 'duckdb'
        and model is defined and model.resource_type == 'model' and model.config.materialized == 'view'
    ) }}
{%- endmacro %}

{% macro set_clock() -%}
    create or replace macro raw.as_of_date() as {{ as_of_date() }};
    create or replace macro raw.local_time(moment) as {{ local_time('moment') }};
{%- endmacro %}

{% macro local_date(timestamp_column) -%}
    {#- The calendar date of a UTC timestamp in the business time zone. -#}
    cast({{ local_time(timestamp_column) }} as date)
{%- endmacro %}

{% macro local_time(timestamp_column) -%}
    {#- A UTC timestamp as clocks in the business time zone show it. -#}
    {{ return(adapter.dispatch('local_time', 'userops')(timestamp_column)) }}
{%- endmacro %}

{% macro default__local_time(timestamp_column) -%}
    {#-
        A run gives the offsets of the zone, newest first: adding one is ten times cheaper than
        looking the zone up for every event. Without them the engine looks it up.
    -#}
    {%- set offsets = var('utc_offsets', []) -%}
    {%- if asks_the_database() -%} raw.local_time({{ timestamp_column }})
    {%- elif not offsets -%}
    timezone('{{ var("timezone") }}', timezone('UTC', {{ timestamp_column }}))
    {%- elif offsets | length == 1 -%}
    {{ timestamp_column }} + interval '{{ offsets[0].seconds }} seconds'
    {%- else -%}
    case
        {%- for offset in offsets[:-1] %}
        when {{ timestamp_column }} >= timestamp '{{ offset.since }}'
            then {{ timestamp_column }} + interval '{{ offset.seconds }} seconds'
        {%- endfor %}
        else {{ timestamp_column }} + interval '{{ offsets[-1].seconds }} seconds'
    end
    {%- endif -%}
{%- endmacro %}

{% macro spark__local_time(timestamp_column) -%}
    from_utc_timestamp({{ timestamp_column }}, '{{ var("timezone") }}')
{%- endmacro %}

{% macro instant(local_timestamp) -%}
    {#- A time of clocks in the business time zone in UTC; of one that comes twice, the first. -#}
    {{ return(adapter.dispatch('instant', 'userops')(local_timestamp)) }}
{%- endmacro %}

{% macro default__instant(local_timestamp) -%}
    {%- set offsets = var('utc_offsets', []) -%}
    {%- if not offsets -%} timezone('UTC', timezone('{{ var("timezone") }}', {{ local_timestamp }}))
    {%- elif offsets | length == 1 -%}
    {{ local_timestamp }} - interval '{{ offsets[0].seconds }} seconds'
    {%- else -%}
    {{ local_timestamp }} - case
        {%- for offset in offsets[:-1] %}
        when {{ local_timestamp }} >= timestamp '{{ offset.local }}' then interval '{{ offset.seconds }} seconds'
        {%- endfor %}
        else interval '{{ offsets[-1].seconds }} seconds'
    end
    {%- endif -%}
{%- endmacro %}

{% macro spark__instant(local_timestamp) -%}
    to_utc_timestamp({{ local_timestamp }}, '{{ var("timezone") }}')
{%- endmacro %}

{% macro days_between(first_date, second_date) -%}
    {#- Whole days from the first date to the second. -#}
    {{ return(adapter.dispatch('days_between', 'userops')(first_date, second_date)) }}
{%- endmacro %}

{% macro default__days_between(first_date, second_date) -%}
    {#- dbt's own takes dates for timestamps, at four times the cost. -#}
    cast({{ second_date }} - {{ first_date }} as bigint)
{%- endmacro %}

{% macro spark__days_between(first_date, second_date) -%}
    cast({{ dbt.datediff(first_date, second_date, 'day') }} as bigint)
{%- endmacro %}

{% macro period_start(period, date_column) -%}
    {#- First day of the day, week (Monday) or month a date lies in. -#}
    cast(date_trunc('{{ period }}', {{ date_column }}) as date)
{%- endmacro %}

{% macro time_key(timestamp_column) -%}
    {#- A UTC timestamp as 20 digits that sort as time does: what follows them comes with its first or last. -#}
    lpad(cast({{ epoch_micros(timestamp_column) }} as {{ dbt.type_string() }}), 20, '0')
{%- endmacro %}
