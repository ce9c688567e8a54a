{#- The lake as relations of the schema raw: events, the files they came from, the loads let in. -#}

{% macro open_lake() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'show'] %}
        {{ return(adapter.dispatch('open_lake', 'userops')(var('lake'))) }}
    {% endif %}
{%- endmacro %}

{% macro default__open_lake(lake) -%}
    {#- A store lists all loads at once by this pattern, and each folder by the other. -#}
    {%- set loads = '**' if '://' in lake else 'load_date=*/load_fingerprint=*' -%}
    {%- set ledger = lake ~ '/ledger/' ~ loads ~ '/ledger.parquet' -%}
    {#- Left to itself DuckDB takes every day to be as large as the first, and joins the wrong way round. -#}
    {%- set lines = run_query("select sum(parsed) from read_parquet('" ~ ledger ~ "')") -%}
    create schema if not exists raw;
    {% for table, kind, rows in [
        ('events', 'events', lines.columns[0].values()[0]), ('load_ledger', 'ledger', none)
    ] %}
    create or replace view raw.{{ table }} as
    select * from read_parquet(
        '{{ lake }}/{{ kind }}/{{ loads }}/{{ kind }}.parquet',
        {% if rows %} explicit_cardinality = {{ rows }}, {% endif -%}
        hive_partitioning = true, hive_types_autocast = false, hive_types = {'load_date': date}
    );
    {% endfor %}
    create or replace view raw.loads as select * from read_parquet('{{ lake }}/loads.parquet');
{%- endmacro %}

{% macro spark__open_lake(lake) -%}
    {#- Spark takes one statement at a time, and a time without a zone as a type of its own. -#}
    {% set times = ['occurred_at', 'received_at', 'sent_at', 'original_timestamp'] %}
    {% do run_query('create schema if not exists raw') %}
    {% call statement() %}
    create or replace view raw.events as
    select
        * except ({{ times | join(', ') }}, load_date),
        {% for time in times %}
        cast({{ time }} as timestamp) as {{ time }},
        {% endfor %}
        cast(load_date as date) as load_date
    from parquet.`{{ lake }}/events`
    {% endcall %}
    {% call statement() %}
    create or replace view raw.load_ledger as
    select
        * except (load_date),
        cast(load_date as date) as load_date
    from parquet.`{{ lake }}/ledger`
    {% endcall %}
    {% do run_query(
        'create or replace view raw.loads as select * from parquet.`' ~ lake ~ '/loads.parquet`'
    ) %}
{%- endmacro %}
