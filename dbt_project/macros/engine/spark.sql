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
    {% if agate_table.rows %}
    {% call statement() %}
    insert into {{ this }} values
    {%- for row in agate_table.rows %}
    (
        {%- for name in agate_table.column_names -%}
        {%- set meta = model.columns.get(name, {}).get('config', {}).get('meta', {}) -%}
        {#- dbt takes the word null for none; of a column that may not be blank it is the word. -#}
        {%- set word = 'null' if types[name] == 'string' and not meta else none -%}
        cast({{ spark_literal(row[name] if row[name] is not none else word) }} as {{ types[name] }}){{ ', ' if not loop.last }}
        {%- endfor -%}
    ){{ ',' if not loop.last }}
    {%- endfor %}
    {% endcall %}
    {% endif %}
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

{% macro clear_leftovers() -%}
    {#-
        A run killed while it wrote a table leaves a folder that belongs to none, and Spark refuses to
        write there again. SQL removes a folder only with its table: so one is laid over it.
    -#}
    {% if execute and target.type == 'spark' and flags.WHICH in ['build', 'run', 'seed'] %}
        {% set tables = graph.nodes.values() | selectattr('resource_type', 'in', ['model', 'seed']) | list %}
        {% set lost = [] %}
        {% for node in tables if built_relation(node.name) is none %} {% do lost.append(node) %} {% endfor %}
        {# Nothing built yet: nothing was left. #}
        {% if lost | length < tables | length %}
            {% for node in lost %} {% do drop_folder(node.schema, node.alias) %} {% endfor %}
        {% endif %}
    {% endif %}
{%- endmacro %}

{% macro drop_folder(schema, name) -%}
    {% set rows = run_query('describe schema ' ~ schema).rows %}
    {% set location = (rows | selectattr(0, 'equalto', 'Location') | first)[1] ~ '/' ~ name %}
    {% do run_query('create table if not exists raw.leftovers (nothing int) using parquet') %}
    {% do run_query("alter table raw.leftovers set location '" ~ location ~ "'") %}
    {% do run_query('drop table raw.leftovers') %}
{%- endmacro %}
