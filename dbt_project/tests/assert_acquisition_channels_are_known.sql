{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'dim_acquisition_channels'}}}) }}
-- Campaign sources or names of spend that acquisition_channels.csv does not have: each is a channel
-- of its own, without a name. Add a row for each, or one that leads it to the channel it is of.
select code
from {{ ref('dim_acquisition_channels') }}
where not is_known
