{% macro quoted(names) -%}
    {#- Names as texts of SQL, to choose from: `'a', 'b'`, one a line. -#}
    '{{ names | join("',\n'") }}'
{%- endmacro %}
