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

names as (

    -- As a line may have it: the name itself, or one that stands for it and is not listed itself.
    select
        event,
        kind,
        mix_kind

    from incentives

    union all

    select
        roles.event,
        incentives.kind,
        incentives.mix_kind

    from {{ ref('int_event_roles') }} as roles
    inner join incentives
        on roles.stands_for = incentives.event
    where roles.event not in (select listed.event from {{ ref('incentive_events') }} as listed)

),

final as (

    select
        name_days.user_id,
        names.kind,
        names.mix_kind,
        cast(sum(name_days.events) as bigint) as uses,
        name_days.event_date

    from {{ ref('int_name_days') }} as name_days
    inner join names
        on name_days.event = names.event
    group by name_days.user_id, names.kind, names.mix_kind, name_days.event_date

)

select * from final
