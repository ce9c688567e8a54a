{{ rebuilt_by_user('int_points_changes') }}

with

entries as (

    select * from {{ ref('int_points_entries') }}
    where
        user_id in (select changes.user_id from {{ ref('int_points_changes') }} as changes)
        and event_date <= {{ as_of_date() }}

),

lots as (

    select * from {{ ref('int_points_lots') }}

),

extensions as (

    -- Of the lots it extends, the first earned tells which points it keeps.
    select
        extensions.extension_id,
        min(lots.points_so_far - lots.points) as points_before

    from {{ ref('int_points_extensions') }} as extensions
    inner join lots
        on extensions.entry_id = lots.entry_id
    group by extensions.extension_id

),

booked as (

    select
        entries.user_id,
        entries.entry_id,
        entries.lot_id,
        entries.kind,
        case
            when entries.kind = 'earned' then lots.points
            when removals.is_counted then -removals.points
            else 0
        end as points,
        case when entries.kind = 'expired' then entries.points end as reported_points,
        coalesce(
            removals.is_counted,
            case
                when entries.kind = 'earned' then entries.points is not null
                else extensions.extension_id is not null
            end
        ) as is_counted,
        entries.occurred_at,
        entries.expires_at,
        coalesce(
            lots.own_expiry,
            case when extensions.extension_id is not null then entries.expires_on end
        ) as lasts_until,
        coalesce(lots.points_so_far - lots.points, extensions.points_before) as points_before,
        entries.event_date as entry_date

    from entries
    left join lots
        on entries.entry_id = lots.entry_id
    left join {{ ref('int_points_removals') }} as removals
        on entries.entry_id = removals.entry_id
    left join extensions
        on entries.entry_id = extensions.extension_id

    union all

    select
        user_id,
        entry_id || '/expired' as entry_id,
        lot_id,
        'expired' as kind,
        -points as points,
        cast(null as decimal(18, 2)) as reported_points,
        true as is_counted,
        {{ end_of_local_day('expires_on') }} as occurred_at,
        cast(null as timestamp) as expires_at,
        cast(null as date) as lasts_until,
        cast(null as decimal(38, 2)) as points_before,
        expires_on as entry_date

    from {{ ref('int_points_expiries') }}
    where
        points > 0
        and expires_on <= {{ as_of_date() }}

),

final as (

    select
        entry_id,
        user_id,
        lot_id,
        kind,
        cast(points as decimal(18, 2)) as points,
        reported_points,
        is_counted,
        occurred_at,
        expires_at,
        lasts_until,
        cast(points_before as decimal(18, 2)) as points_before,
        entry_date

    from booked

)

select * from final
