{#-
    Money is decimal from the line to the table: no float comes near it. Of a product one factor has
    19 digits or more, and both together 37 at most: DuckDB keeps the product of two shorter ones to
    18 digits and fails, Spark rounds what is longer than 38.
-#}

{% macro money_type() -%}
    {#- As many places as the reporting currency has, and two at least. -#}
    decimal(18, {{ [2, var('currency_places')] | max }})
{%- endmacro %}

{% macro long_money_type() -%}
    {#- The same, to be multiplied. -#}
    decimal(19, {{ [2, var('currency_places')] | max }})
{%- endmacro %}

{% macro money(expression) -%}
    cast({{ expression }} as {{ money_type() }})
{%- endmacro %}

{% macro mean_money(total, count) -%}
    {#-
        Half up: of whole cents, or half a cent would fall either way. A cast would take the number on one
        engine, its text on the other.
    -#}
    {%- set places = '1e' ~ [2, var('currency_places')] | max -%}
    {{ money('floor(' ~ rate(whole(total, places), count) ~ ' + 0.5) / ' ~ places) }}
{%- endmacro %}

{% macro payable(expression) -%}
    {#- Half up, once, to the minor unit of the reporting currency: on both engines a cast does so. -#}
    {{ money('cast(' ~ expression ~ ' as decimal(38, ' ~ var('currency_places') ~ '))') }}
{%- endmacro %}

{% macro exchange_rates() -%}
    {#-
        A subquery: what one unit of each currency is in the reporting one, from a date until before
        another. Ten places, half up: twice the dividend and the divisor, by twice the divisor.
    -#}
    (
        with periods as (
            select
                currency,
                valid_from,
                lead(valid_from, 1, date '9999-12-31')
                    over (partition by currency order by valid_from) as valid_to,
                cast(rate * cast(100000000 as decimal(19, 0)) as decimal(19, 0)) as hundred_millionths
            from {{ ref('fx_rates') }}
        )

        select
            own.currency,
            greatest(own.valid_from, reporting.valid_from) as valid_from,
            least(own.valid_to, reporting.valid_to) as valid_to,
            cast(
                try_cast(
                    {{ whole_quotient(
                        'own.hundred_millionths * cast(20000000000 as decimal(11, 0))'
                        ~ ' + reporting.hundred_millionths',
                        'reporting.hundred_millionths * cast(2 as decimal(1, 0))'
                    ) }} as decimal(19, 0)
                ) * cast(0.0000000001 as decimal(11, 10)) as decimal(19, 10)
            ) as rate
        from periods as own
        inner join periods as reporting
            on
                own.valid_from < reporting.valid_to
                and own.valid_to > reporting.valid_from
        where
            reporting.currency = '{{ var("currency") }}'
            and own.currency <> '{{ var("currency") }}'
        union all
        select
            '{{ var("currency") }}' as currency,
            date '0001-01-01' as valid_from,
            date '9999-12-31' as valid_to,
            cast(1 as decimal(19, 10)) as rate
    )
{%- endmacro %}
