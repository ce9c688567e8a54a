{#- The lake as relations of the schema raw: events, the files they came from, the admitted days. -#}

{% macro open_lake() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'show'] %}
        {{ return(adapter.dispatch('open_lake', 'userops')(var('lake'))) }}
    {% endif %}
{%- endmacro %}

{% macro default__open_lake(lake) -%}
    create schema if not exists raw;
    {% for table, files in {
        'events': 'admitted/load_date=*/load_fingerprint=*/events',
        'load_ledger': 'ledger/load_date=*/ledger',
    }.items() %}
    create or replace view raw.{{ table }} as
    select * from read_parquet(
        '{{ lake }}/{{ files }}.parquet', hive_partitioning = true, hive_types_autocast = false,
        hive_types = {'load_date': date}
    );
    {% endfor %}
    create or replace view raw.loads as select * from read_parquet('{{ lake }}/loads.parquet');
{%- endmacro %}
