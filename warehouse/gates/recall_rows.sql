-- One row per user to be called back. Parameters: as_of_date.
select
    user_id, strategy, channel, content_key, arm, priority, send_after, segment, need, scene,
    cast(cost as double) as cost,
    cast(expected_value as double) as expected_value,
    reason
from marts.recall_list
where as_of_date = $as_of_date
order by user_id, strategy, channel
