{% macro session_gap() -%}
    {#- One row: after how many microseconds without activity another session begins. -#}
    select cast(value as bigint) * 60000000 as gap_micros
    from {{ ref('parameters') }}
    where parameter = 'session_gap_minutes'
{%- endmacro %}
