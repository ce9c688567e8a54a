{% macro own_names() -%}
    {#- Event names that the rules use as they are: they stand for no other. -#}
    select event from {{ ref('event_roles') }}
    union
    select event from {{ ref('funnels') }}
    union
    select event from {{ ref('activation') }}
{%- endmacro %}
