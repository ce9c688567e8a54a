{% macro activity_index(prefix, weights) -%}
    {#- Frequency and duration both count (S4-9); rounded, so that equal users compare equal. -#}
    round(
        {{ prefix }}_active_days * {{ weights }}.per_day
        + {{ prefix }}_sessions * {{ weights }}.per_session
        + {{ prefix }}_online_seconds / 3600.0 * {{ weights }}.per_hour,
        9
    )
{%- endmacro %}
