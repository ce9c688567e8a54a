{#-
    `intermediate.applied_days`: by event day, the inputs that all tables were last built from. A note
    at the end of a run and no model: a model would have to name every mart it waits for. Of a day that
    a run has begun to build, it says so from before its tables change: what that run read may be gone
    when the next one begins, or be what it was before, and the tables hold it all the same.
-#}

{% macro note_days_begun() -%}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
    {%- if target.type == 'duckdb' -%}
    {{ create_applied_days(applied_days()) }};
    {%- else -%}
    {%- do run_query(create_applied_days(applied_days())) -%}
    {%- endif %}
    insert into {{ applied_days() }}
    select event_date, 'being built', cast(null as date) from {{ this }}
    {%- endif -%}
{%- endmacro %}

{% macro create_applied_days(applied) -%}
    create table if not exists {{ applied }}
    (event_date date, input_fingerprint {{ dbt.type_string() }}, as_of_date date)
    {{ 'using parquet' if target.type != 'duckdb' }}
{%- endmacro %}

{% macro note_applied_days(results) -%}
    {#-
        The last statement of a run, and only of one that built every model and failed at nothing: after
        a kill, a failed test or a part of the models, the next run finds the same days again.
    -#}
    {%- if execute and flags.WHICH in ['build', 'run'] and is_whole(results) -%}
    {{ return(adapter.dispatch('note_applied_days', 'userops')(applied_days(), day_inputs())) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__note_applied_days(applied, inputs) -%}
    create or replace table {{ applied }} as
    select event_date, input_fingerprint, {{ as_of_date() }} as as_of_date from {{ inputs }}
{%- endmacro %}

{% macro spark__note_applied_days(applied, inputs) -%}
    {%- do run_query(create_applied_days(applied)) -%}
    insert overwrite table {{ applied }}
    select event_date, input_fingerprint, {{ as_of_date() }} as as_of_date from {{ inputs }}
{%- endmacro %}

{% macro is_whole(results) -%}
    {#- What no day changes is not built again, and named by the run. -#}
    {%- set built = [] + var('standing', []) -%}
    {%- for result in results -%}
        {%- if result.status not in ['success', 'pass', 'warn', 'no-op'] -%} {{ return(false) }} {%- endif -%}
        {%- do built.append(result.node.unique_id) -%}
    {%- endfor -%}
    {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') -%}
    {{ return(models | map(attribute='unique_id') | reject('in', built) | list | length == 0) }}
{%- endmacro %}

{% macro previously_applied(columns) -%}
    {#- The note of the last whole run, as a subquery; no rows before the first. -#}
    {%- set applied = applied_days() if execute else none -%}
    {{ rows_of(load_cached_relation(applied) if applied else none, columns) }}
{%- endmacro %}

{% macro applied_days() -%}
    {{ return(day_inputs().incorporate(path={'identifier': 'applied_days'})) }}
{%- endmacro %}

{% macro day_inputs() -%}
    {%- set node = graph.nodes.values() | selectattr('name', 'equalto', 'int_day_inputs') | first -%}
    {{ return(api.Relation.create(node.database, node.schema, node.alias, type='table')) }}
{%- endmacro %}
