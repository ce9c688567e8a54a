{{ config(materialized='view') }}

with

changes as (

    select * from {{ ref('int_profile_changes') }}
    where event_date <= {{ as_of_date() }}

),

bounced as (

    select
        user_id,
        value,
        occurred_at

    from changes
    where kind = 'bounced'

),

periods as (

    -- The address of an account at a time: what comes before it names one hits none that is known.
    select
        user_id,
        value as address,
        occurred_at as valid_from,
        lead(occurred_at, 1, timestamp '9999-12-31 00:00:00') over (
            partition by user_id order by occurred_at, load_date, source_file, source_line
        ) as valid_to

    from changes
    where
        kind = 'address'
        and subject = 'email'
        and value <> ''

),

failed as (

    select
        coalesce(bounced.value, periods.address) as address,
        max(bounced.occurred_at) as bounced_at

    from bounced
    left join periods
        on
            case when bounced.value is null then bounced.user_id end = periods.user_id
            and bounced.occurred_at >= periods.valid_from
            and bounced.occurred_at < periods.valid_to
    group by coalesce(bounced.value, periods.address)

),

arrived as (

    select
        coalesce(changes.value, periods.address) as address,
        max(changes.occurred_at) as reached_at

    from changes
    left join periods
        on
            case when changes.value is null then changes.user_id end = periods.user_id
            and changes.occurred_at >= periods.valid_from
            and changes.occurred_at < periods.valid_to
    where
        changes.kind = 'reached'
        and (
            changes.value in (select failed.address from failed)
            or changes.user_id in (
                select holders.user_id
                from periods as holders
                inner join failed
                    on holders.address = failed.address
            )
        )
    group by coalesce(changes.value, periods.address)

),

final as (

    -- At the same instant the bounce counts.
    select failed.address
    from failed
    left join arrived
        on failed.address = arrived.address
    where
        failed.address is not null
        and (
            arrived.reached_at is null
            or arrived.reached_at <= failed.bounced_at
        )

)

select * from final
