{#- A view: read for the users counted anew. -#}
{{ config(materialized='view') }}

with

removals as (

    select * from {{ ref('int_points_entries') }}
    where
        kind in ('redeemed', 'expired')
        and user_id in (select changes.user_id from {{ ref('int_points_changes') }} as changes)
        and event_date <= {{ as_of_date() }}

),

lots as (

    select * from {{ ref('int_points_lots') }}

),

first_dated as (

    select
        user_id,
        min(event_date) as first_date

    from lots
    where own_expiry is not null
    group by user_id

),

named as (

    -- What is said of a lot before it was earned is said of none.
    select
        removals.entry_id,
        max(case when lots.own_expiry is not null then 1 else 0 end) as has_expiry

    from removals
    inner join lots
        on
            removals.user_id = lots.user_id
            and removals.lot_id = lots.lot_id
            and removals.event_date >= lots.event_date
    where removals.kind = 'expired'
    group by removals.entry_id

),

final as (

    -- A reported expiry counts where the lots say nothing of theirs; else it is compared.
    select
        removals.user_id,
        removals.entry_id,
        removals.lot_id,
        removals.kind,
        removals.points,
        removals.points is not null
        and (
            removals.kind = 'redeemed'
            or coalesce(
                named.has_expiry = 0,
                coalesce(removals.event_date < first_dated.first_date, true)
            )
        ) as is_counted,
        removals.occurred_at,
        removals.event_date

    from removals
    left join first_dated
        on removals.user_id = first_dated.user_id
    left join named
        on removals.entry_id = named.entry_id

)

select * from final
