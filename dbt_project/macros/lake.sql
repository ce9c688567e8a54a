{#- The lake as relations of the schema raw: events, the files they came from, the admitted days. -#}

{% macro open_lake() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'show'] %}
        {{ return(adapter.dispatch('open_lake', 'userops')(var('lake'))) }}
    {% endif %}
{%- endmacro %}

{% macro default__open_lake(lake) -%}
    {#- A store lists all days at once by this pattern, and each folder by the other. -#}
    {%- set days = '**' if '://' in lake else 'load_date=*' -%}
    create schema if not exists raw;
    {% for table, file in {'events': 'events', 'load_ledger': 'ledger'}.items() %}
    create or replace view raw.{{ table }} as
    select * from read_parquet(
        '{{ lake }}/{{ file }}/{{ days }}/{{ file }}.parquet',
        hive_partitioning = true, hive_types = {'load_date': date}
    );
    {% endfor %}
    create or replace view raw.loads as select * from read_parquet('{{ lake }}/loads.parquet');
{%- endmacro %}
