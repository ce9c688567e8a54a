{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- The schema is the layer; nothing is prefixed. -#}
    {{ custom_schema_name if custom_schema_name else target.schema }}
{%- endmacro %}
