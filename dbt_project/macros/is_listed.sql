{% macro is_listed(code, codes) -%}
    {#- Whether a rule's list of codes, written `one>other`, has this one. -#}
    position('>' || {{ code }} || '>' in '>' || {{ codes }} || '>') > 0
{%- endmacro %}
