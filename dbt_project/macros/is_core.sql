{% macro is_core(user, rule) -%}
    {#- Whether a user reaches every threshold that a rule has; a blank one asks for nothing. -#}
    (
        {%- for threshold in ['weekly_logins', 'session_minutes', 'monthly_spend', 'contributions'] %}
        {{ 'and ' if not loop.first }}(
            {{ rule }}.min_{{ threshold }} is null
            or coalesce({{ user }}.{{ threshold }} >= {{ rule }}.min_{{ threshold }}, false)
        )
        {%- endfor %}
    )
{%- endmacro %}
