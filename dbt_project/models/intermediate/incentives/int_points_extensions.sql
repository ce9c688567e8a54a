{#- A view: read for the users counted anew. -#}
{{ config(materialized='view') }}

with

entries as (

    select * from {{ ref('int_points_entries') }}
    where
        user_id in (select changes.user_id from {{ ref('int_points_changes') }} as changes)
        and event_date <= {{ as_of_date() }}
        and expires_on is not null
        and lot_id is not null

),

judged as (

    -- Late is what comes after the expiry, as it stands by then.
    select
        lots.user_id,
        lots.entry_id,
        extended.entry_id as extension_id,
        extended.expires_on,
        extended.occurred_at,
        case
            when
                extended.event_date > greatest(
                    lots.expires_on,
                    lots.event_date,
                    coalesce(
                        max(extended.expires_on) over (
                            partition by lots.entry_id
                            order by extended.occurred_at, extended.entry_id
                            rows between unbounded preceding and 1 preceding
                        ),
                        lots.expires_on
                    )
                )
                then 1
            else 0
        end as is_late

    from entries as lots
    inner join entries as extended
        on
            lots.user_id = extended.user_id
            and lots.lot_id = extended.lot_id
    where
        lots.kind = 'earned'
        and extended.kind = 'extended'

),

ordered as (

    -- After a late one all are late: there is nothing left to extend.
    select
        *,
        max(is_late) over (
            partition by entry_id
            order by occurred_at, extension_id
            rows between unbounded preceding and current row
        ) as has_lapsed

    from judged

),

final as (

    select
        user_id,
        entry_id,
        extension_id,
        expires_on

    from ordered
    where has_lapsed = 0

)

select * from final
