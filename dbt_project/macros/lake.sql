{#- The lake as relations of the schema raw: events, the files they came from, the admitted days. -#}

{% macro open_lake() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'show'] %}
        {{ return(adapter.dispatch('open_lake', 'userops')(var('lake'))) }}
    {% endif %}
{%- endmacro %}

{% macro default__open_lake(lake) -%}
    create schema if not exists raw;
    {% for table, file in {'events': 'events', 'load_ledger': 'ledger'}.items() %}
    create or replace view raw.{{ table }} as
    select * from read_parquet(
        '{{ lake }}/{{ file }}/load_date=*/{{ file }}.parquet',
        hive_partitioning = true, hive_types = {'load_date': date}
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
        * except ({{ times | join(', ') }}),
        {% for time in times %}
        cast({{ time }} as timestamp) as {{ time }}{{ ',' if not loop.last }}
        {% endfor %}
    from parquet.`{{ lake }}/events`
    {% endcall %}
    {% for table, file in {'load_ledger': 'ledger', 'loads': 'loads.parquet'}.items() %}
        {% do run_query(
            'create or replace view raw.' ~ table ~ ' as select * from parquet.`' ~ lake ~ '/' ~ file ~ '`'
        ) %}
    {% endfor %}
{%- endmacro %}
