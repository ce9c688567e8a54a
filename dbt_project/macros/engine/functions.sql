{#- What the engines spell differently; everything else in the models means the same on both. -#}

{% macro json_text(column, path) -%}
    {{ return(adapter.dispatch('json_text', 'userops')(column, path)) }}
{%- endmacro %}

{% macro default__json_text(column, path) -%}
    json_extract_string({{ column }}, '$.{{ path }}')
{%- endmacro %}

{% macro spark__json_text(column, path) -%}
    get_json_object({{ column }}, '$.{{ path }}')
{%- endmacro %}

{% macro json_text_at(column, key) -%}
    {#- The same where an expression names the key. -#}
    {{ return(adapter.dispatch('json_text_at', 'userops')(column, key)) }}
{%- endmacro %}

{% macro default__json_text_at(column, key) -%}
    json_extract_string({{ column }}, '$.' || {{ key }})
{%- endmacro %}

{% macro spark__json_text_at(column, key) -%}
    get_json_object({{ column }}, '$.' || {{ key }})
{%- endmacro %}

{% macro json_length(column, path) -%}
    {#- How many elements an array has; 0 or null for what is none. -#}
    {{ return(adapter.dispatch('json_length', 'userops')(column, path)) }}
{%- endmacro %}

{% macro default__json_length(column, path) -%}
    json_array_length({{ column }}, '$.{{ path }}')
{%- endmacro %}

{% macro spark__json_length(column, path) -%}
    json_array_length(get_json_object({{ column }}, '$.{{ path }}'))
{%- endmacro %}

{% macro each_json(column, path) -%}
    {#- In a select list: a row for each element of an array, as JSON text; none for what is no array. -#}
    {{ return(adapter.dispatch('each_json', 'userops')(column, path)) }}
{%- endmacro %}

{% macro default__each_json(column, path) -%}
    unnest(json_extract({{ column }}, '$.{{ path }}[*]'))
{%- endmacro %}

{% macro spark__each_json(column, path) -%}
    explode(from_json(get_json_object({{ column }}, '$.{{ path }}'), 'array<string>'))
{%- endmacro %}

{% macro each_of(expression, separator) -%}
    {#- In a select list: a row for each part of a text. -#}
    {{ return(adapter.dispatch('each_of', 'userops')(expression, separator)) }}
{%- endmacro %}

{% macro default__each_of(expression, separator) -%}
    unnest(string_split({{ expression }}, '{{ separator }}'))
{%- endmacro %}

{% macro spark__each_of(expression, separator) -%}
    explode(split({{ expression }}, '[{{ separator }}]'))
{%- endmacro %}

{% macro joined_texts(expression) -%}
    {#- The texts of a group of rows as one, in order. -#}
    {{ return(adapter.dispatch('joined_texts', 'userops')(expression)) }}
{%- endmacro %}

{% macro default__joined_texts(expression) -%}
    array_to_string(list_sort(list({{ expression }})), ';')
{%- endmacro %}

{% macro spark__joined_texts(expression) -%}
    array_join(array_sort(collect_list({{ expression }})), ';')
{%- endmacro %}

{% macro has_match(expression, pattern) -%}
    {#- Whether a pattern, without backslashes and quotes, is found in a text. -#}
    {{ return(adapter.dispatch('has_match', 'userops')(expression, pattern)) }}
{%- endmacro %}

{% macro default__has_match(expression, pattern) -%}
    regexp_matches({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__has_match(expression, pattern) -%}
    {{ expression }} rlike '{{ bounded(pattern) }}'
{%- endmacro %}

{% macro bounded(pattern) -%}
    {#-
        A pattern that Java reads a long text by once: not as often as it has words, and not by a call
        for each time that a group repeats, until there is no room for more.
    -#}
    {{ return(
        pattern | replace('[^{}]*', '[^{}]{0,1000}') | replace('[a-z _.-]*', '[a-z _.-]{0,40}') | replace(')*', '){0,500}')
    ) }}
{%- endmacro %}

{% macro without(expression, pattern) -%}
    {#- A text less every match of a pattern. -#}
    {{ return(adapter.dispatch('without', 'userops')(expression, pattern)) }}
{%- endmacro %}

{% macro default__without(expression, pattern) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '', 'g')
{%- endmacro %}

{% macro spark__without(expression, pattern) -%}
    regexp_replace({{ expression }}, '{{ bounded(pattern) }}', '')
{%- endmacro %}

{% macro only_digits(expression) -%} {{ without(expression, '[^0-9]') }} {%- endmacro %}


{% macro epoch_micros(column) -%}
    {{ return(adapter.dispatch('epoch_micros', 'userops')(column)) }}
{%- endmacro %}

{% macro default__epoch_micros(column) -%} epoch_us({{ column }}) {%- endmacro %}

{% macro spark__epoch_micros(column) -%} unix_micros({{ column }}) {%- endmacro %}

{% macro utc_time(expression) -%}
    {#- A text as time in UTC, whatever offset it names (none is UTC's own); null for what is no time. -#}
    {{ return(adapter.dispatch('utc_time', 'userops')(expression)) }}
{%- endmacro %}

{% macro default__utc_time(expression) -%}
    cast(try_cast({{ expression }} as timestamptz) as timestamp)
{%- endmacro %}

{% macro spark__utc_time(expression) -%} try_cast({{ expression }} as timestamp) {%- endmacro %}

{% macro hash_bucket(expression) -%}
    {#- 0..9999, the same on every engine and every day: the first 32 bits of SHA-256. -#}
    {{ return(adapter.dispatch('hash_bucket', 'userops')(expression)) }}
{%- endmacro %}

{% macro default__hash_bucket(expression) -%}
    cast(cast('0x' || substr(sha256({{ expression }}), 1, 8) as bigint) % 10000 as bigint)
{%- endmacro %}

{% macro spark__hash_bucket(expression) -%}
    cast(cast(conv(substr(sha2({{ expression }}, 256), 1, 8), 16, 10) as bigint) % 10000 as bigint)
{%- endmacro %}

{% macro fingerprint(columns) -%}
    {#- Order-free fingerprint of a group of rows: compare it only with itself. -#}
    cast({{ hash_sum(columns) }} as {{ dbt.type_string() }})
{%- endmacro %}

{% macro hash_sum(columns) -%}
    {#- The same as a number, to be summed up further. -#}
    {{ return(adapter.dispatch('hash_sum', 'userops')(columns)) }}
{%- endmacro %}

{% macro default__hash_sum(columns) -%}
    sum(hash({{ columns | join(', ') }}))
{%- endmacro %}

{% macro spark__hash_sum(columns) -%}
    sum(cast(xxhash64({{ columns | join(', ') }}) as decimal(38, 0)))
{%- endmacro %}

{% macro whole_quotient(dividend, divisor) -%}
    {#- How often one whole decimal above zero goes into another: exact, where a division is not. -#}
    {{ return(adapter.dispatch('whole_quotient', 'userops')(dividend, divisor)) }}
{%- endmacro %}

{% macro default__whole_quotient(dividend, divisor) -%}
    cast({{ dividend }} as hugeint) // cast({{ divisor }} as hugeint)
{%- endmacro %}

{% macro spark__whole_quotient(dividend, divisor) -%}
    (({{ dividend }}) - ({{ dividend }}) % ({{ divisor }})) / ({{ divisor }})
{%- endmacro %}

{% macro rounded(expression, digits) -%}
    {#- A double, half up. By arithmetic alone: round() takes the number on one engine, its text on another. -#}
    {{ whole(expression, '1e' ~ digits) }} / 1e{{ digits }}
{%- endmacro %}

{% macro whole(expression, times) -%}
    {#- So many times a number, as a whole one: what is added up of those is exact. -#}
    floor(({{ expression }}) * {{ times }} + 0.5)
{%- endmacro %}

{% macro rate(numerator, denominator) -%}
    {#- A share as a double; null, never an error, where there is nothing to divide by. -#}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}

{% macro duckdb__date_spine(datepart, start_date, end_date) -%}
    {#- Days only; dbt's own asks the database for their number while it compiles. Spark: spark.sql. -#}
    {#- As rows: of a list of days the planner makes a constant, at 30 ms. -#}
    select cast(days.date_day as date) as date_day
    from range(
        cast({{ start_date }} as timestamp), cast({{ end_date }} as timestamp), interval 1 day
    ) as days (date_day)
{%- endmacro %}

{% macro whole_number(expression) -%}
    {#- As people read it in a sentence. -#}
    cast(cast({{ expression }} as bigint) as {{ dbt.type_string() }})
{%- endmacro %}
