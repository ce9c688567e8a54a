with

current_stages as (

    select * from {{ ref('user_lifecycle') }}
    where valid_to is null

),

stages as (

    select * from {{ ref('lifecycle_stages') }}

),

final as (

    select
        current_stages.user_id,
        current_stages.stage,
        current_stages.valid_from as since,
        stages.acquisition_to_value,
        stages.new_active_asleep,
        stages.introduction_maturity

    from current_stages
    left join stages
        on current_stages.stage = stages.stage

)

select * from final
