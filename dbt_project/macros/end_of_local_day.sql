{% macro end_of_local_day(date_column) -%}
    {#- The last second of a date in the business time zone, in UTC; twice, as the zone may change hours on it. -#}
    {%- set midnight = 'cast(' ~ date_column ~ ' + 1 as timestamp)' -%}
    {%- set near = '(' ~ midnight ~ ' - (' ~ local_time(midnight) ~ ' - ' ~ midnight ~ '))' -%}
    {{ midnight }} - ({{ local_time(near) }} - {{ near }}) - interval '1 second'
{%- endmacro %}
