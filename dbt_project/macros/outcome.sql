{% macro outcomes() -%}
    {#- One row per user who is lost or retained; those between are neither. -#}
    select
        totals.user_id,
        totals.last_active_date,
        case
            when totals.silent_days >= limits.lost_days then 'lost'
            when totals.silent_days < limits.silent_days then 'retained'
        end as outcome

    from (
        select
            user_id,
            last_active_date,
            {{ days_between('last_active_date', as_of_date()) }} as silent_days

        from {{ ref('int_user_totals') }}
        where last_active_date is not null
    ) as totals
    cross join (
        select
            max(case when parameter = 'churned_after_days' then value end) as lost_days,
            max(case when parameter = 'silent_after_days' then value end) as silent_days

        from {{ ref('parameters') }}
    ) as limits
    where totals.silent_days >= limits.lost_days or totals.silent_days < limits.silent_days
{%- endmacro %}
