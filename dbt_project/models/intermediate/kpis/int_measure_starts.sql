{{ config(materialized='view') }}

with

user_days as (

    select
        min(case when events > 0 then event_date end) as activity,
        min(case when content > 0 then event_date end) as content,
        min(case when shares > 0 then event_date end) as share,
        min(case when invites > 0 then event_date end) as invite

    from {{ ref('fct_user_days') }}

),

order_days as (

    select min(first_date) as purchase
    from (
        select min(order_date) as first_date
        from {{ ref('int_orders') }}
        union all
        select min(event_date) as first_date
        from {{ ref('int_order_faults') }}
        where purchases_without_id > 0
    ) as purchases

),

refund_days as (

    select min(refund_date) as refund
    from {{ ref('fct_refunds') }}

),

signal_days as (

    select
        min(case when complaints > 0 then event_date end) as complaint,
        min(case when answers > 0 then event_date end) as nps

    from {{ ref('int_signal_days') }}

),

traits as (

    select
        min(case when activations > 0 then event_date end) as activation,
        min(case when features > 0 then event_date end) as feature

    from {{ ref('int_user_day_traits') }}

),

acceptance_days as (

    select min(event_date) as acceptance
    from {{ ref('int_invites') }}
    where kind = 'accepted'

),

message_days as (

    select
        min(event_date) as message,
        min(case when cost is not null then event_date end) as message_cost

    from {{ ref('int_contact_messages') }}
    where event in ('Message Sent', 'Email Delivered')

),

cart_days as (

    select min(case when last_added_at is not null then event_date end) as cart
    from {{ ref('fct_sessions') }}

),

category_days as (

    select min(event_date) as category
    from {{ ref('int_order_categories') }}

),

closing_days as (

    select min(answered_date) as closing
    from {{ ref('int_feedback_cases') }}
    where kind = 'complaint'

),

funnel_days as (

    select min(reached_date) as funnel
    from {{ ref('int_funnel_users') }}

),

points_days as (

    select min(event_date) as points
    from {{ ref('int_points_entries') }}

),

spend_days as (

    select min(event_date) as spend
    from {{ ref('int_landed_days') }}
    where is_spend_landed

),

firsts as (

    select
        *,
        least(content, share, acceptance) as contribution,
        case when cart is not null and purchase is not null then greatest(cart, purchase) end
            as left_cart

    from user_days
    cross join order_days
    cross join refund_days
    cross join signal_days
    cross join acceptance_days
    cross join traits
    cross join message_days
    cross join cart_days
    cross join category_days
    cross join closing_days
    cross join funnel_days
    cross join points_days
    cross join spend_days

),

final as (

    select
        events,
        first_date

    from firsts
    unpivot (
        first_date for events in (
            activity, content, share, invite, purchase, refund, complaint, nps, activation,
            acceptance, contribution, spend,
            feature, message, message_cost, cart, left_cart, category, closing, funnel, points
        )
    )

)

select * from final
