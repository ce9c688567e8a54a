with

affected as (

    select * from {{ ref('int_incident_affected') }}

),

incidents as (

    select * from {{ ref('int_incidents') }}

),

open_incidents as (

    select distinct incident_id from {{ ref('incident_duties') }}
    where done_at is null

),

core as (

    select distinct
        incidents.incident_id,
        core_users.user_id

    from incidents
    inner join {{ ref('core_users') }} as core_users
        on
            incidents.from_date >= core_users.valid_from
            and coalesce(incidents.from_date < core_users.valid_to, true)

),

parameters as (

    select cast(value as decimal(18, 2)) as cap
    from {{ ref('parameters') }}
    where parameter = 'incident_compensation_cap'

),

priced as (

    select
        affected.incident_id,
        affected.user_id,
        affected.net_revenue,
        core.user_id is not null as is_core,
        open_incidents.incident_id is not null as is_frozen,
        compensations.compensation,
        incidents.compensation is not null
        and compensations.compensation is null as is_unpriced,
        case when core.user_id is not null then compensations.core_cost else compensations.cost end
            as cost

    from affected
    inner join incidents
        on affected.incident_id = incidents.incident_id
    left join open_incidents
        on affected.incident_id = open_incidents.incident_id
    left join core
        on
            affected.incident_id = core.incident_id
            and affected.user_id = core.user_id
    left join {{ ref('compensations') }} as compensations
        on lower(incidents.compensation) = compensations.compensation

),

added_up as (

    -- Core users first, then who brought most: what the cap does not reach is not promised.
    select
        *,
        sum(cost) over (
            partition by incident_id
            order by is_core desc, net_revenue desc, user_id asc
            rows between unbounded preceding and current row
        ) as cost_so_far

    from priced

),

final as (

    select
        added_up.incident_id,
        added_up.user_id,
        added_up.is_core,
        added_up.is_frozen,
        case
            when coalesce(added_up.cost_so_far <= parameters.cap, true) then added_up.compensation
        end as compensation,
        cast(case
            when added_up.compensation is null then null
            when coalesce(added_up.cost_so_far <= parameters.cap, true) then added_up.cost
            else 0
        end as decimal(18, 2)) as cost,
        case when added_up.is_unpriced then 'unknown' else 'ok' end as status

    from added_up
    cross join parameters

)

select * from final
