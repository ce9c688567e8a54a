{% macro end_of_local_day(date_column) -%}
    {#- The last second of a date in the business time zone, in UTC, also where clocks change at midnight. -#}
    {{ instant('cast(' ~ date_column ~ ' + 1 as timestamp)') }} - interval '1 second'
{%- endmacro %}

{% macro instant(local_timestamp) -%}
    {#- A time of clocks in the business time zone in UTC; of one that comes twice, the first. -#}
    {{ return(adapter.dispatch('instant', 'userops')(local_timestamp)) }}
{%- endmacro %}

{% macro default__instant(local_timestamp) -%}
    {%- set offsets = var('utc_offsets', []) -%}
    {%- if not offsets -%} timezone('UTC', timezone('{{ var("timezone") }}', {{ local_timestamp }}))
    {%- elif offsets | length == 1 -%}
    {{ local_timestamp }} - interval '{{ offsets[0].seconds }} seconds'
    {%- else -%}
    {{ local_timestamp }} - case
        {%- for offset in offsets[:-1] %}
        when {{ local_timestamp }} >= timestamp '{{ offset.local }}' then interval '{{ offset.seconds }} seconds'
        {%- endfor %}
        else interval '{{ offsets[-1].seconds }} seconds'
    end
    {%- endif -%}
{%- endmacro %}

{% macro spark__instant(local_timestamp) -%}
    to_utc_timestamp({{ local_timestamp }}, '{{ var("timezone") }}')
{%- endmacro %}
