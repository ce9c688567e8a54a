{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'channel_economics'}}}) }}
-- Money was spent in a channel that no user ever came by: its name in the spend files is not that
-- of any campaign source. Give both names one channel in acquisition_channels.csv.
select channel
from {{ ref('channel_economics') }}
group by channel
having
    sum(spend) > 0
    and sum(new_users) = 0
