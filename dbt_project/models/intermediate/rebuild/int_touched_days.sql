{{ config(post_hook="{{ note_days_begun() }}") }}

with

inputs as (

    select * from {{ ref('int_day_inputs') }}

),

applied as (

    select *
    from {{ previously_applied({'event_date': 'date', 'input_fingerprint': 'string'}) }}

),

final as (

    -- New, changed, vanished or begun by a run that never ended: its tables are of something else.
    select distinct coalesce(inputs.event_date, applied.event_date) as event_date
    from inputs
    full outer join applied
        on inputs.event_date = applied.event_date
    where inputs.input_fingerprint is distinct from applied.input_fingerprint

)

select * from final
