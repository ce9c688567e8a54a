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

{% macro changed_users(inputs, columns, counted, date_column=none, due_column=none) -%}
    {#-
        The users whose rows in the model `inputs` are no longer what their rows in `counted` were made
        from: new, changed or vanished. `counted` is rebuilt by user, and keeps `input_fingerprint`. Rows
        whose `date_column` lies after the as-of date are not known yet. `due_column` of `counted` holds
        the date on which a user is to be counted anew though nothing came.
    -#}
    {%- set kept = {'user_id': 'string', 'input_fingerprint': 'string'} -%}
    {%- if due_column -%} {%- do kept.update({due_column: 'date'}) -%} {%- endif %}
with

fingerprints as (

    select
        user_id,
        {{ fingerprint(columns) }} as input_fingerprint

    from {{ ref(inputs) }}
    {%- if date_column %}
    where {{ date_column }} <= {{ as_of_date() }}
    {%- endif %}
    group by user_id

),

counted as (

    select
        user_id,
        {%- if due_column %}
        min({{ due_column }}) as due_date,
        {%- endif %}
        max(input_fingerprint) as input_fingerprint

    from {{ previous_of_users(counted, kept) }} as counted_users
    group by user_id

),

final as (

    select
        coalesce(fingerprints.user_id, counted.user_id) as user_id,
        fingerprints.input_fingerprint

    from fingerprints
    full outer join counted
        on fingerprints.user_id = counted.user_id
    where
        fingerprints.input_fingerprint is distinct from counted.input_fingerprint
        {%- if due_column %}
        or counted.due_date <= {{ as_of_date() }}
        {%- endif %}

)

select * from final
{%- endmacro %}

{% macro previous_of_users(model_name, columns) -%}
    {#- What such a model held after the last run; nothing where it is made whole. -#}
    {%- if target.type == 'duckdb' -%}
    {{ previous(model_name, columns) }}
    {%- else -%}
    {{ no_rows(columns) }}
    {%- endif -%}
{%- endmacro %}
