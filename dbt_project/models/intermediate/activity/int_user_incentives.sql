{#- A view: names by user and day are counted once a day, for all that asks. -#}
{{ config(materialized='view') }}

with

incentives as (

    select
        incentive_events.event,
        incentive_events.kind,
        incentive_kinds.mix_kind

    from {{ ref('incentive_events') }} as incentive_events
    inner join {{ ref('incentive_kinds') }} as incentive_kinds
        on incentive_events.kind = incentive_kinds.kind

),

listed as (

    select distinct event from incentives

),

name_days as (

    -- The name itself, or what it stands for where it is not listed itself.
    select
        names.user_id,
        coalesce(listed.event, names.stands_for) as event,
        names.events,
        names.event_date

    from {{ ref('int_name_days') }} as names
    left join listed
        on names.event = listed.event

),

final as (

    select
        name_days.user_id,
        incentives.kind,
        incentives.mix_kind,
        cast(sum(name_days.events) as bigint) as uses,
        name_days.event_date

    from name_days
    inner join incentives
        on name_days.event = incentives.event
    group by name_days.user_id, incentives.kind, incentives.mix_kind, name_days.event_date

)

select * from final
