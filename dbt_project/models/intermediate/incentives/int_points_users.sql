{{ rebuilt_by_user('int_points_changes') }}
-- Written after the ledger: its rows say that the ledger of the user was made.
-- depends_on: {{ ref('points_ledger') }}

with

expiries as (

    select
        user_id,
        min(expires_on) as next_expiry_date

    from {{ ref('int_points_expiries') }}
    where
        points > 0
        and expires_on > {{ as_of_date() }}
    group by user_id

),

final as (

    select
        changes.user_id,
        changes.input_fingerprint,
        expiries.next_expiry_date

    from {{ ref('int_points_changes') }} as changes
    left join expiries
        on changes.user_id = expiries.user_id
    where changes.input_fingerprint is not null

)

select * from final
