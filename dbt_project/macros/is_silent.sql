{% macro is_silent(user, min_silent_days) -%}
    {#- Neither active nor buying in fewer days than the rule asks for; a blank asks for nothing. -#}
    (
        {{ min_silent_days }} is null
        or (
            {{ user }}.days_since_activity >= {{ min_silent_days }}
            and coalesce({{ user }}.days_since_order >= {{ min_silent_days }}, true)
        )
    )
{%- endmacro %}
