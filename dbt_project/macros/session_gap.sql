{% macro session_gap() -%}
    {#-
        One row: after how many microseconds without activity another session begins, and how wide the
        buckets of `int_user_buckets` are. A quarter of an hour lies within one hour of any zone.
    -#}
    select
        cast(value as bigint) * 60000000 as gap_micros,
        cast(case when value < 15 then 60000000 else 900000000 end as bigint) as bucket_micros

    from {{ ref('parameters') }}
    where parameter = 'session_gap_minutes'
{%- endmacro %}
