with

inputs as (

    select * from {{ ref('int_day_inputs') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

applied as (

    select *
    from {{ previous('int_applied_days', {'event_date': 'date', 'input_fingerprint': 'string'}) }}

),

built_user_days as (

    select * from {{ previous('fct_user_days', {'event_date': 'date', 'user_id': 'string'}) }}

),

changed as (

    -- New, changed or vanished: the day no longer is what its tables were built from.
    select coalesce(inputs.event_date, applied.event_date) as event_date
    from inputs
    full outer join applied
        on inputs.event_date = applied.event_date
    where inputs.input_fingerprint is distinct from applied.input_fingerprint

),

merged_away as (

    -- Days that still carry a user who by now belongs to another.
    select built_user_days.event_date
    from built_user_days
    where
        built_user_days.user_id in (
            select identity_map.actor_id
            from identity_map
            where
                not identity_map.is_anonymous
                and identity_map.actor_id <> identity_map.user_id
        )

),

final as (

    select event_date from changed
    union
    select event_date from merged_away

)

select * from final
