{#- A view: read once, by `user_portraits`. -#}
{{ config(materialized='view') }}

with

inputs as (

    select * from {{ ref('int_portrait_inputs') }}

),

rules as (

    select * from {{ ref('portrait_classes') }}

),

tags as (

    -- Only those that a class asks for: most do not.
    select
        user_id,
        tag

    from {{ ref('user_tags') }}
    where tag in (select rules.needs_tag from rules)

),

first_rules as (

    select
        inputs.user_id,
        rules.kind,
        min(rules.position) as position

    from inputs
    cross join rules
    left join tags
        on
            inputs.user_id = tags.user_id
            and rules.needs_tag = tags.tag
    where
        (rules.max_order_days is null or inputs.order_days <= rules.max_order_days)
        and (rules.needs_tag is null or tags.tag is not null)
        and (rules.min_active_days is null or inputs.active_days >= rules.min_active_days)
        and (rules.min_online_minutes is null or inputs.online_minutes >= rules.min_online_minutes)
        and (rules.min_completion is null or inputs.completion >= rules.min_completion)
        and (rules.min_spread is null or inputs.spread >= rules.min_spread)
        and (
            rules.min_price_sensitivity is null
            or inputs.price_sensitivity >= rules.min_price_sensitivity
        )
    group by inputs.user_id, rules.kind

),

classes as (

    select
        first_rules.user_id,
        max(case when rules.kind = 'communication_stage' then rules.code end)
            as communication_stage,
        max(case when rules.kind = 'behaviour_class' then rules.code end) as behaviour_class,
        max(case when rules.kind = 'loyalty_depth' then rules.code end) as loyalty_depth,
        max(case when rules.kind = 'need' then rules.code end) as need

    from first_rules
    inner join rules
        on
            first_rules.kind = rules.kind
            and first_rules.position = rules.position
    group by first_rules.user_id

),

final as (

    select
        inputs.*,
        classes.communication_stage,
        classes.behaviour_class,
        classes.loyalty_depth,
        classes.need

    from inputs
    left join classes
        on inputs.user_id = classes.user_id

)

select * from final
