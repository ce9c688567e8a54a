with

limits as (

    select max(value) as personal_users
    from {{ ref('parameters') }}
    where parameter = 'personal_mode_max_users'

),

users as (

    select
        coalesce(users.lifecycle_stage, 'none') as lifecycle_stage,
        coalesce(users.rfm_segment, 'none') as rfm_segment,
        coalesce(users.rfm_tier, 'none') as rfm_tier,
        cast(users.warning_level as {{ dbt.type_string() }}) as warning_level,
        coalesce(portraits.top_category, 'none') as top_category,
        coalesce(portraits.behaviour_class, 'none') as behaviour_class,
        coalesce(portraits.loyalty_depth, 'none') as loyalty_depth

    from {{ ref('dim_users') }} as users
    inner join {{ ref('user_portraits') }} as portraits
        on users.user_id = portraits.user_id

),

counted as (

    select
        dimension,
        segment,
        cast(count(*) as bigint) as users

    from users
    unpivot (
        segment for dimension in (
            lifecycle_stage, rfm_segment, rfm_tier, warning_level,
            top_category, behaviour_class, loyalty_depth
        )
    )
    group by dimension, segment

),

final as (

    select
        counted.dimension,
        counted.segment,
        counted.users,
        case when counted.users <= limits.personal_users then 'personal' else 'strategic' end
            as operating_mode

    from counted
    cross join limits

)

select * from final
