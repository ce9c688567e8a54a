with

portraits as (

    select
        user_id,
        coalesce(behaviour_class, 'none') as behaviour_class,
        coalesce(gender, 'unknown') as gender,
        coalesce(age, 'unknown') as age,
        coalesce(occupation, 'unknown') as occupation,
        coalesce(country, 'unknown') as country,
        coalesce(platform, 'unknown') as platform

    from {{ ref('user_portraits') }}

),

told as (

    select
        behaviour_class,
        demographic,
        demographic_value

    from portraits
    unpivot (
        demographic_value for demographic in (gender, age, occupation, country, platform)
    )

),

final as (

    select
        demographic,
        demographic_value,
        behaviour_class,
        cast(count(*) as bigint) as users,
        {{ rate(
            'count(*)', 'sum(count(*)) over (partition by demographic, demographic_value)'
        ) }} as share

    from told
    group by demographic, demographic_value, behaviour_class

)

select * from final
