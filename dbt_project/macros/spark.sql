{#- Where dbt's own macros for Spark fall short; DuckDB needs none of these. -#}

{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    dateadd({{ datepart }}, cast({{ interval }} as int), {{ from_date_or_timestamp }})
{%- endmacro %}

{% macro spark__datediff(first_date, second_date, datepart) -%}
    {#- Dates only; dbt's own tells a null date apart by raising an error for each row. -#}
    datediff({{ datepart }}, {{ first_date }}, {{ second_date }})
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {#- dbt binds an empty cell as the text None, and breaks at a quote. -#}
    {%- set types = model.config.column_types -%}
    {% call statement() %}
    insert into {{ this }} values
    {%- for row in agate_table.rows %}
    (
        {%- for name in agate_table.column_names -%}
        cast({{ spark_literal(row[name]) }} as {{ types[name] }}){{ ', ' if not loop.last }}
        {%- endfor -%}
    ){{ ',' if not loop.last }}
    {%- endfor %}
    {% endcall %}
{%- endmacro %}

{% macro spark_literal(value) -%}
    {%- if value is none -%} null
    {%- else -%} '{{ value | string | replace('\\', '\\\\') | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}

{% macro spark__date_spine(datepart, start_date, end_date) -%}
    {#- Days only; dbt's own counts them by fourteen cross joins. -#}
    select explode(sequence({{ start_date }}, cast({{ end_date }} as date) - 1)) as date_day
{%- endmacro %}
