{#- The lake as relations of the schema raw: of each feed its rows, their files, the loads let in. -#}

{% macro open_lake() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'show'] %}
        {{ return(adapter.dispatch('open_lake', 'userops')(var('lake'))) }}
    {% endif %}
{%- endmacro %}

{% macro lake_tables() -%}
    {#- The sources of the schema raw, and what each is called in the lake; a list is one file. -#}
    {%- set tables = [] -%}
    {%- for source in graph.sources.values() | selectattr('schema', 'equalto', 'raw') | sort(attribute='name') -%}
        {%- do tables.append({
            'name': source.name,
            'file': 'ledger' if source.name == 'load_ledger' else source.name,
            'is_list': source.name == 'loads' or source.name.endswith('_loads'),
            'is_parts': source.meta.get('parts', false),
        }) -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}

{% macro default__open_lake(lake) -%}
    {#- A store lists all loads at once by this pattern, and each folder by the other. -#}
    {%- set loads = '**' if '://' in lake else 'load_date=*/load_fingerprint=*' -%}
    {#- Events by name, what was let in and nothing else: none has to be asked whether it counts. -#}
    {%- set let_in = run_query(
        "select *, 'load_date=' || load_date || '/load_fingerprint=' || load_fingerprint as folder from '"
        ~ lake ~ "/loads.parquet' order by load_date"
    ) -%}
    {#- Beside little, a second thread costs a quarter more than all the work: dbt runs models side by side anyway. -#}
    {%- if 'rows' in let_in.column_names and let_in.columns['rows'].values() | sum < 1000000 and not flags.FULL_REFRESH %}
    set threads = 1;
    {%- endif %}
    create schema if not exists raw;
    {{ set_clock() }}
    {% for table in lake_tables() %}
    create or replace view raw.{{ table.name }} as
    {%- if table.is_list %}
    select * from read_parquet('{{ lake }}/{{ table.file }}.parquet');
    {%- elif table.is_parts %}
    select * from read_parquet(
        '{{ lake }}/{{ table.file }}/{{ '**' if '://' in lake else 'as_of=*' }}/part.parquet', hive_partitioning = false
    );
    {%- else %}
    select * from read_parquet(
        {%- if table.name == 'events' %}
        [{% for folder in let_in.columns['folder'].values() %}
            '{{ lake }}/events/{{ folder }}/events.parquet',
        {%- endfor %}],
        {#- Left to itself DuckDB takes every day to be as large as the first, and joins the wrong way round. -#}
        {%- if 'rows' in let_in.column_names %}
        explicit_cardinality = {{ let_in.columns['rows'].values() | sum }},
        {%- endif %}
        {%- else %}
        '{{ lake }}/{{ table.file }}/{{ loads }}/{{ table.file }}.parquet',
        {%- endif %}
        {#- Ledgers written before a column was added lie beside those that have it. -#}
        {%- if table.name == 'load_ledger' %}
        union_by_name = true,
        {%- endif %}
        hive_partitioning = true, hive_types_autocast = false, hive_types = {'load_date': date}
    );
    {%- endif %}
    {% endfor %}
{%- endmacro %}

{% macro spark__open_lake(lake) -%}
    {#- Spark takes one statement at a time, and a time without a zone as a type of its own. -#}
    {% do run_query('create schema if not exists raw') %}
    {% for table in lake_tables() %}
    {% set times = ['occurred_at', 'received_at', 'sent_at', 'original_timestamp'] if table.name == 'events' else [] %}
    {% call statement() %}
    create or replace view raw.{{ table.name }} as
    {% if table.is_list %}
    select * from parquet.`{{ lake }}/{{ table.file }}.parquet`
    {% elif table.is_parts %}
    select * from parquet.`{{ lake }}/{{ table.file }}`
    {% else %}
    select
        * except ({{ (times + ['load_date']) | join(', ') }}),
        {% for time in times %}
        cast({{ time }} as timestamp) as {{ time }},
        {% endfor %}
        cast(load_date as date) as load_date
    from parquet.`{{ lake }}/{{ table.file }}`
    {% if table.name == 'events' %}
    where (cast(load_date as date), load_fingerprint) in (
        select loads.load_date, loads.load_fingerprint from parquet.`{{ lake }}/loads.parquet` as loads
    )
    {% endif %}
    {% endif %}
    {% endcall %}
    {% endfor %}
{%- endmacro %}
