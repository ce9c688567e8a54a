{% macro refused_addresses(changes) -%}
    {#-
        Channel and address of all that some account ever named whose own last word is a no; at the same
        instant the no counts. A yes by another account who has the address does not unsay it.
    -#}
    select
        refusers.channel,
        named.value as address
    from (
        select
            user_id,
            subject as channel
        from {{ changes }}
        where kind in ('granted', 'refused', 'deleted')
        group by user_id, subject
        having
            max(case when kind <> 'granted' then occurred_at end)
            >= coalesce(
                max(case when kind = 'granted' then occurred_at end), timestamp '1970-01-01 00:00:00'
            )
    ) as refusers
    inner join {{ ref('channels') }} as channels
        on refusers.channel = channels.channel
    inner join {{ changes }} as named
        on
            refusers.user_id = named.user_id
            and channels.contact_field = named.subject
    where
        named.kind in ('address', 'named')
        and named.value <> ''
    group by refusers.channel, named.value
{%- endmacro %}
