{#- A user is counted anew when what the counts are made of has changed: where it spares all the others. -#}

{% macro rebuilt_by_user(users_model) -%}
    {#-
        Config of a model whose users are replaced whole: `users_model` lists the users that this run
        counts anew, and the model selects only those. Spark has no partition for a user: there all
        users are listed, and the table is made whole.
    -#}
    {% do ref(users_model) %}
    {{ config(
        materialized='incremental' if target.type == 'duckdb' else 'table',
        incremental_strategy='delete+insert' if target.type == 'duckdb' else none,
        unique_key='user_id',
        meta={'rebuilds': users_model}
    ) }}
{%- endmacro %}

{% macro previous_of_users(model_name, columns) -%}
    {#- What such a model held after the last run; nothing where it is made whole. -#}
    {%- if target.type == 'duckdb' -%}
    {{ previous(model_name, columns) }}
    {%- else -%}
    {{ no_rows(columns) }}
    {%- endif -%}
{%- endmacro %}
