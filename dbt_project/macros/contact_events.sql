{% macro contact_events(columns) -%}
    {#-
        What tells who may be written to, and where: also of people who do not count, whose no holds for
        whoever shares their address.
    -#}
    select
        {{ columns | join(',\n        ') }},
        false as is_excluded
    from {{ ref('int_business_events') }}
    union all
    select
        {{ columns | join(',\n        ') }},
        true as is_excluded
    from {{ ref('int_excluded_contacts') }}
{%- endmacro %}
