-- active(t) = active(t-1) - dormant(t) + new(t) + resurrecting(t), in every period that has ended;
-- before that dormant is unknown.
with

flows as (

    select
        *,
        lag(active, 1, 0) over (partition by basis, period order by period_start) as active_before

    from {{ ref('lifecycle_periods') }}

)

select * from flows
where
    case
        when is_mature then active is distinct from active_before - dormant + new + resurrecting
        else dormant is not null
    end
