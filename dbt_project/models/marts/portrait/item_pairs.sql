with

limits as (

    select
        {{ dbt.dateadd(
            'day',
            "1 - cast(max(case when parameter = 'pair_days' then value end) as integer)",
            as_of_date()
        ) }} as first_date,
        max(case when parameter = 'pair_items' then value end) as most_items,
        max(case when parameter = 'pair_min_users' then value end) as min_users

    from {{ ref('parameters') }}

),

standing as (

    -- The first report of an order says what was in it.
    select reports.message_id
    from {{ ref('int_order_reports') }} as reports
    inner join {{ ref('int_orders') }} as orders
        on reports.order_id = orders.order_id
    where
        reports.kind = 'purchase'
        and reports.report_number = 1
        and orders.order_date >= (select limits.first_date from limits)
        and coalesce(orders.stands_until > {{ as_of_date() }}, true)

),

owned as (

    select
        items.kind,
        items.user_id,
        items.item

    from {{ ref('int_user_items') }} as items
    left join standing
        on items.message_id = standing.message_id
    where
        items.event_date >= (select limits.first_date from limits)
        and items.event_date <= {{ as_of_date() }}
        and (
            items.kind = 'searched'
            or standing.message_id is not null
        )
    group by items.kind, items.user_id, items.item

),

everybody as (

    select
        kind,
        count(distinct user_id) as all_users

    from owned
    group by kind

),

counted as (

    select
        kind,
        item,
        count(*) as users,
        row_number() over (partition by kind order by count(*) desc, item asc) as place

    from owned
    group by kind, item

),

-- Pairs of a few hundred things, not of everything there is.
known as (

    select
        owned.kind,
        owned.user_id,
        owned.item,
        counted.users

    from owned
    inner join counted
        on
            owned.kind = counted.kind
            and owned.item = counted.item
    cross join limits
    where
        counted.place <= limits.most_items
        and counted.users >= limits.min_users

),

pairs as (

    select
        one.kind,
        one.item,
        other.item as other_item,
        cast(count(*) as bigint) as users_both,
        cast(max(one.users) as bigint) as users_item,
        cast(max(other.users) as bigint) as users_other

    from known as one
    inner join known as other
        on
            one.kind = other.kind
            and one.user_id = other.user_id
            and one.item <> other.item
    group by one.kind, one.item, other.item

),

final as (

    select
        pairs.kind,
        pairs.item,
        pairs.other_item,
        pairs.users_both,
        pairs.users_item,
        pairs.users_other,
        {{ rate('pairs.users_both', 'everybody.all_users') }} as support,
        {{ rate('pairs.users_both', 'pairs.users_item') }} as confidence,
        cast(pairs.users_both as double) * cast(everybody.all_users as double)
        / nullif(cast(pairs.users_item as double) * cast(pairs.users_other as double), 0) as lift

    from pairs
    inner join everybody
        on pairs.kind = everybody.kind
    cross join limits
    where pairs.users_both >= limits.min_users

)

select * from final
