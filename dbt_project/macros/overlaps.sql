{% macro overlaps(intervals, keys) -%}
    {#-
        Where intervals of the same keys lie over each other: the stretches from one change to the
        next, and how many lie over each. A subquery; every interval has an end.
    -#}
    (
        select
            {{ keys | join(', ') }},
            change_date as from_date,
            lead(change_date) over (
                partition by {{ keys | join(', ') }} order by change_date
            ) as to_date,
            sum(change) over (
                partition by {{ keys | join(', ') }}
                order by change_date
                rows between unbounded preceding and current row
            ) as depth
        from (
            select
                {{ keys | join(', ') }},
                case when ends.sign = 1 then from_date else to_date end as change_date,
                sum(ends.sign) as change
            from {{ intervals }}
            cross join (values (1), (-1)) as ends (sign)
            group by
                {{ keys | join(', ') }},
                case when ends.sign = 1 then from_date else to_date end
        ) as changes
    )
{%- endmacro %}
