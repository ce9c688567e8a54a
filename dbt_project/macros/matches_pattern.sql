{% macro matches_pattern(text, pattern) -%}
    {#- Whether a text is the pattern, or has it at one end where `*` stands at the other. -#}
    case
        when right({{ pattern }}, 1) = '*'
            then
                left({{ text }}, length({{ pattern }}) - 1)
                = left({{ pattern }}, length({{ pattern }}) - 1)
        when left({{ pattern }}, 1) = '*'
            then
                right({{ text }}, length({{ pattern }}) - 1)
                = right({{ pattern }}, length({{ pattern }}) - 1)
        else {{ text }} = {{ pattern }}
    end
{%- endmacro %}
