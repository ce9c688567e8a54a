{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_spend'}}}) }}
-- Spend in a currency without a rate is in no total: add the rate to fx_rates.csv.
select
    spend_date,
    source

from {{ ref('int_spend') }}
where amount is null
