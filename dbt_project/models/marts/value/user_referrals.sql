with

invites as (

    select * from {{ ref('int_invites') }}
    where event_date <= {{ as_of_date() }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

users as (

    select * from {{ ref('int_user_profile') }}

),

predictions as (

    select * from {{ ref('clv_predictions') }}
    where as_of_date = {{ as_of_date() }}

),

accepted as (

    -- Who nobody knows any more has invited nobody: no row may name an id that was forgotten.
    select
        invites.user_id,
        users.user_id as inviter_id,
        invites.occurred_at as accepted_at,
        row_number() over (
            partition by invites.user_id
            order by
                invites.occurred_at,
                invites.load_date,
                invites.source_file,
                invites.source_line
        ) as acceptance

    from invites
    left join identity_map as accounts
        on
            invites.inviter = accounts.actor_id
            and not accounts.is_anonymous
    left join identity_map as visitors
        on
            invites.inviter = visitors.actor_id
            and visitors.is_anonymous
    inner join users
        on coalesce(accounts.user_id, visitors.user_id, invites.inviter) = users.user_id
    where
        invites.kind = 'accepted'
        and invites.user_id <> users.user_id

),

sent as (

    select
        accepted.user_id,
        max(invites.occurred_at) as invited_at

    from accepted
    inner join invites
        on
            accepted.inviter_id = invites.user_id
            and accepted.accepted_at >= invites.occurred_at
    where
        accepted.acceptance = 1
        and invites.kind = 'sent'
    group by accepted.user_id

),

final as (

    select
        accepted.user_id,
        accepted.inviter_id,
        sent.invited_at,
        accepted.accepted_at,
        users.orders,
        {{ money('users.net_revenue') }} as net_revenue,
        {{ money('users.net_revenue + predictions.clv_365d') }} as own_value

    from accepted
    inner join users
        on accepted.user_id = users.user_id
    left join sent
        on accepted.user_id = sent.user_id
    left join predictions
        on accepted.user_id = predictions.user_id
    where accepted.acceptance = 1

)

select * from final
