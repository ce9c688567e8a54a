{% macro rule_version(rules) -%}
    {#-
        One row: eight digits that are others whenever one of these columns of these rules is. `rules`
        names the columns that decide; names that only people read are none.
    -#}
    select substr(md5({{ joined_texts('rule_rows.row_text') }}), 1, 8) as rule_version
    from (
        {%- for name, columns in rules.items() %}
        select
            '{{ name }}'
            {%- for column in columns %}
            || '|' || coalesce(cast({{ column }} as {{ dbt.type_string() }}), '')
            {%- endfor %} as row_text
        from {{ ref(name) }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as rule_rows
{%- endmacro %}

{% macro tag_roles() -%}
    {#- Roles that a tag can be about: those that say what a user did. -#}
    {{ return(['interaction', 'content', 'share', 'invite', 'purchase', 'feature']) }}
{%- endmacro %}
