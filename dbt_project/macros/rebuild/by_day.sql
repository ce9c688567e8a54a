{#- A day is rebuilt when what it is made of has changed: the increment of every model by day. -#}

{% macro rebuilt_by(day_column, days_model) -%}
    {#-
        Config of a model whose days are replaced whole: `days_model` lists, in a column of the same
        name, the days that this run rebuilds. The model itself selects only those days.
    -#}
    {% do ref(days_model) %}
    {{ config(
        materialized='incremental',
        incremental_strategy='delete+insert' if target.type == 'duckdb' else 'insert_overwrite',
        unique_key=day_column,
        partition_by=none if target.type == 'duckdb' else [day_column],
        meta={'rebuilds': days_model}
    ) }}
{%- endmacro %}

{% macro get_insert_overwrite_sql(source_relation, target_relation, existing_relation) -%}
    {#-
        As `replace_days` on Spark, where a day is a partition: the listed ones go first, then come the new.
    -#}
    {%- set day = config.get('unique_key') -%}
    {%- set days = ref(model.meta.rebuilds) -%}
    {%- set columns = adapter.get_columns_in_relation(target_relation) | map(attribute='quoted') | join(', ') -%}
    {%- set present = run_query('show partitions ' ~ target_relation).columns[0].values() -%}
    {%- set listed = run_query(
        "select distinct '" ~ day ~ "=' || rebuilt." ~ day ~ ' from ' ~ days ~ ' as rebuilt'
    ).columns[0].values() -%}
    {%- set gone = present | select('in', listed) | list -%}
    {%- if gone -%}
        {%- call statement('drop_days') -%}
        alter table {{ target_relation }} drop if exists
        {%- for partition in gone %}
            partition ({{ partition | replace('=', "='") }}'){{ ',' if not loop.last }}
        {%- endfor -%}
        {%- endcall -%}
    {%- endif -%}
    insert overwrite table {{ target_relation }} partition ({{ day }})
    select {{ columns }} from {{ source_relation }}
{%- endmacro %}

{% macro previous(model_name, columns) -%}
    {#-
        What a model held after the last run, as a subquery; no rows before its first build.
        `columns` names each wanted column with its type. A plain ref would be a cycle.
    -#}
    {{ rows_of(built_relation(model_name) if execute else none, columns) }}
{%- endmacro %}

{% macro rows_of(relation, columns) -%}
    {%- if relation is not none and not flags.FULL_REFRESH and history_is_whole() -%}
    (select {{ columns.keys() | join(', ') }} from {{ relation }})
    {%- else -%}
    {{ no_rows(columns) }}
    {%- endif -%}
{%- endmacro %}

{% macro no_rows(columns) -%}
    (
        select
            {%- for name, type in columns.items() %}
            cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        where 1 = 0
    )
{%- endmacro %}

{% macro history_is_whole() -%}
    {#-
        Whether all that is kept from run to run is there. Spark replaces a table by dropping it first:
        what a killed run has lost is found again only if every day counts as new.
    -#}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and (
        node.config.materialized == 'incremental' or node.config.meta.get('is_kept')
    ) -%}
        {%- if built_relation(node.name) is none -%} {{ return(false) }} {%- endif -%}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}

{% macro built_relation(name) -%}
    {#- The table of a model or seed; none while there is none. -#}
    {%- set node = graph.nodes.values() | selectattr('name', 'equalto', name)
        | selectattr('resource_type', 'in', ['model', 'seed']) | first -%}
    {{ return(adapter.get_relation(node.database, node.schema, node.alias)) }}
{%- endmacro %}
