{% macro split_cohorts(relation, keys, measures) -%}
    {#- Sums of cohort rows, for all members and again by each dimension; days have only all. -#}
    {%- set dimensions = ['channel', 'country', 'platform', 'incentive_mix'] -%}
    {%- set value -%}
        case splits.dimension
            {%- for name in dimensions %}
            when '{{ name }}' then {{ name }}
            {%- endfor %}
            else 'all'
        end
    {%- endset -%}
select
    {{ keys | join(', ') }},
    splits.dimension,
    {{ value }} as dimension_value,
    {%- for name, expression in measures.items() %}
    {{ expression }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}

from {{ relation }}
inner join (
    values
    ('day', 'all')
    {%- for period in ['week', 'month'] %}
        {%- for name in ['all'] + dimensions %},
    ('{{ period }}', '{{ name }}')
        {%- endfor %}
    {%- endfor %}
) as splits (period, dimension)
    using (period)
group by {{ keys | join(', ') }}, splits.dimension, {{ value }}
{%- endmacro %}
