{% macro end_of_local_day(date_column) -%}
    {#- The last second of a date in the business time zone, in UTC, also where clocks change at midnight. -#}
    {{ instant('cast(' ~ date_column ~ ' + 1 as timestamp)') }} - interval '1 second'
{%- endmacro %}
