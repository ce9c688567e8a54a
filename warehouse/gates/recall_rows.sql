-- One row per user to be called back, and what is known of the address, without it: of whom nothing
-- is known nobody said yes. Parameters: as_of_date.
select
    list.user_id, strategy, list.channel, content_key, arm, priority, send_after, segment, need,
    scene,
    cast(cost as double) as cost,
    cast(expected_value as double) as expected_value,
    reason,
    cast(not coalesce(contacts.has_consent, false) as integer) as without_consent,
    cast(coalesce(contacts.is_suppressed, false) as integer) as suppressed,
    cast(coalesce(contacts.is_erased, false) as integer) as erased,
    case
        when contacts.contact is null then 1
        else count(*) over (partition by contacts.contact)
    end as messages_to_address
from serving.marts.recall_list as list
left join build.intermediate.int_contacts as contacts
    on
        list.user_id = contacts.user_id
        and list.channel = contacts.channel
where as_of_date = $as_of_date
order by list.user_id, strategy, list.channel
