{#- Built last of all: its rows say that everything below has been rebuilt from these inputs. -#}
{%- for model in [
    'fct_sessions', 'fct_user_days', 'fct_orders', 'dim_users', 'rfm_scores', 'tier_migration',
    'cohort_retention', 'lifecycle_periods', 'user_lifecycle', 'funnel_steps', 'churn_warnings',
    'kpi_daily', 'recall_list', 'recall_exclusions', 'load_ledger', 'int_contacts'
] %}
-- depends_on: {{ ref(model) }}
{%- endfor %}

with

inputs as (

    select * from {{ ref('int_day_inputs') }}

),

final as (

    select
        event_date,
        input_fingerprint,
        {{ as_of_date() }} as as_of_date

    from inputs

)

select * from final
