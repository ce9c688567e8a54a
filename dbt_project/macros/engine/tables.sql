{#-
    How a model becomes a table on DuckDB: one statement to dbt, in one transaction.

    dbt's own macros take five to eight and give the old table away in a second transaction: beside
    small tables those cost more than the query. Killed at any point, the old table stands. A
    post-hook is part of the statement; grants and indexes are not for this project, and not done;
    comments are made when marts are published.
-#}

{% materialization table, adapter='duckdb' -%}
    {{ return(built_in_one(this.incorporate(type='table'), replace_table(sql))) }}
{%- endmaterialization %}

{% materialization incremental, adapter='duckdb' -%}
    {%- set old = load_cached_relation(this) -%}
    {%- set is_new = old is none or old.is_view or should_full_refresh() -%}
    {{ return(built_in_one(
        this.incorporate(type='table'), replace_table(sql) if is_new else replace_days(sql)
    )) }}
{%- endmaterialization %}

{% materialization view, adapter='duckdb' -%}
    {{ return(built_in_one(this.incorporate(type='view'), replace_view(sql))) }}
{%- endmaterialization %}

{% macro built_in_one(target_relation, statements) -%}
    {% call statement('main') -%}
    {{ statements }}
    {%- for hook in post_hooks %}
    {{ render(hook.sql) }};
    {%- endfor %}
    {%- endcall %}
    {% do adapter.commit() %}
    {% do run_data_tests() %}
    {{ return({'relations': [target_relation]}) }}
{%- endmacro %}

{% macro replace_table(sql) -%}
    {#- The new table is filled before the old one goes: a model may read what it held. -#}
    {%- set old = load_cached_relation(this) -%}
    {%- set new = make_intermediate_relation(this.incorporate(type='table')) -%}
    drop table if exists {{ new }};
    {{ create_table_as(false, new, sql) }}
    {%- if old is not none %}
    drop {{ old.type }} {{ old }};
    {%- endif %}
    alter table {{ new }} rename to {{ adapter.quote(this.identifier) }};
{%- endmacro %}

{% macro replace_days(sql) -%}
    {#-
        Delete by the list of days, not by the new rows: a day that became empty must go too. Insert by
        it as well: a table made for other days, as a part of the models may leave it, adds nothing.
        The names say that a column more or less is an error, never a null.
    -#}
    {%- set day = config.get('unique_key') -%}
    {%- set days = ref(model.meta.rebuilds) -%}
    {%- set is_rebuilt = day ~ ' in (select rebuilt.' ~ day ~ ' from ' ~ days ~ ' as rebuilt)' -%}
    {%- set new = adapter.quote(this.identifier ~ '__new') -%}
    create temporary table {{ new }} as (
        {{ sql }}
    );
    delete from {{ this }} where {{ is_rebuilt }};
    insert into {{ this }} by name
    select {{ columns_of_old() }} from {{ new }} where {{ is_rebuilt }};
    drop table {{ new }};
{%- endmacro %}

{% macro columns_of_old() -%}
    {%- if columns_are_known() -%} * {%- else -%}
    {%- set columns = adapter.get_columns_in_relation(this) | map(attribute='quoted') | join(', ') -%}
    {{ columns }}, * exclude ({{ columns }})
    {%- endif -%}
{%- endmacro %}

{% macro replace_view(sql) -%}
    {%- set old = load_cached_relation(this) -%}
    {%- if old is not none and not old.is_view %}
    drop table {{ old }};
    {%- endif %}
    create or replace view {{ this }} as (
        {{ sql }}
    );
{%- endmacro %}

{% macro duckdb__get_assert_columns_equivalent(sql) -%}
    {#- A contract is compared with its query, two statements, until a run has seen that it holds. -#}
    {%- if not columns_are_known() -%} {{ assert_columns_equivalent(sql) }} {%- endif -%}
{%- endmacro %}

{% macro columns_are_known() -%}
    {#- A run says so when its project is, file by file, that of the last run that ended well. -#}
    {{ return(var('columns_are_known', false)) }}
{%- endmacro %}
