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

accepted as (

    -- Who nobody knows yet has invited nobody: no row may name an id that was forgotten. An account
    -- counts before a visitor of the same id: one of them invited.
    select
        invites.user_id,
        users.user_id as inviter_id,
        invites.occurred_at as accepted_at,
        invites.event_date as accepted_date,
        greatest(invites.event_date, users.first_seen_date) as valid_from,
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
    left join users as own
        on invites.inviter = own.user_id
    left join identity_map as visitors
        on
            invites.inviter = visitors.actor_id
            and visitors.is_anonymous
    inner join users
        on coalesce(accounts.user_id, own.user_id, visitors.user_id) = users.user_id
    where
        invites.kind = 'accepted'
        and invites.user_id <> users.user_id

),

firsts as (

    -- The first counts: a later one only as long as the inviter of the first is not known.
    select
        *,
        min(valid_from) over (
            partition by user_id
            order by acceptance
            rows between unbounded preceding and 1 preceding
        ) as valid_to

    from accepted

),

referrals as (

    select * from firsts
    where coalesce(valid_from < valid_to, true)

),

sent as (

    select
        referrals.user_id,
        referrals.acceptance,
        max(invites.occurred_at) as invited_at

    from referrals
    inner join invites
        on
            referrals.inviter_id = invites.user_id
            and referrals.accepted_at >= invites.occurred_at
    where invites.kind = 'sent'
    group by referrals.user_id, referrals.acceptance

),

final as (

    select
        referrals.user_id,
        referrals.inviter_id,
        sent.invited_at,
        referrals.accepted_at,
        referrals.accepted_date,
        referrals.valid_from,
        referrals.valid_to

    from referrals
    left join sent
        on
            referrals.user_id = sent.user_id
            and referrals.acceptance = sent.acceptance

)

select * from final
