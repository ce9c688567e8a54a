{% macro activity_index(prefix, weights) -%}
    {#- Frequency and duration both count (S4-9); rounded, so that equal users compare equal. -#}
    {{ rounded(
        prefix ~ '_active_days * ' ~ weights ~ '.per_day'
        ~ ' + ' ~ prefix ~ '_sessions * ' ~ weights ~ '.per_session'
        ~ ' + cast(' ~ prefix ~ '_online_seconds as double) / 3600 * ' ~ weights ~ '.per_hour',
        9
    ) }}
{%- endmacro %}
