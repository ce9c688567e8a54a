{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure in ('cart_sessions', 'abandoned_carts')

),

parameters as (

    select cast({{ whole('value', 3600) }} as bigint) as wait_seconds
    from {{ ref('parameters') }}
    where parameter = 'cart_abandon_hours'

),

sessions as (

    select
        sessions.session_id,
        sessions.user_id,
        sessions.event_date,
        {{ epoch_micros('sessions.last_added_at') }} as added_micros,
        {{ local_date(
            dbt.dateadd('second', 'parameters.wait_seconds', 'sessions.last_added_at')
        ) }} as settled_date

    from {{ ref('fct_sessions') }} as sessions
    cross join parameters
    where
        sessions.last_added_at is not null
        and {{ is_landed('sessions.event_date') }}
        and {{ is_in_reach('sessions.event_date') }}

),

ordered as (

    select sessions.session_id
    from sessions
    cross join parameters
    inner join {{ ref('int_orders') }} as orders
        on
            sessions.user_id = orders.user_id
            and sessions.event_date <= orders.order_date
            and {{ epoch_micros('orders.ordered_at') }} - sessions.added_micros >= 0
            and {{ epoch_micros('orders.ordered_at') }} - sessions.added_micros
            <= parameters.wait_seconds * 1000000
    group by sessions.session_id

),

final as (

    -- Nobody knows of a cart before the wait is over.
    select
        terms.measure,
        terms.window_days,
        sessions.user_id,
        sessions.settled_date as from_date,
        sessions.event_date + terms.window_days as to_date,
        {{ money('1') }} as amount

    from sessions
    left join ordered
        on sessions.session_id = ordered.session_id
    cross join terms
    where
        sessions.settled_date < sessions.event_date + terms.window_days
        and (
            terms.measure = 'cart_sessions'
            or ordered.session_id is null
        )

)

select * from final
