{% macro spend_by_day() -%}
    {#- One row per day of spend, with a fingerprint of what it is: as it is now, and as the KPIs were made from it. -#}
    select
        spend_date,
        {{ fingerprint(['source', 'campaign', 'amount', 'original_amount']) }}
            as input_fingerprint

    from {{ ref('int_spend') }}
    group by spend_date
{%- endmacro %}
