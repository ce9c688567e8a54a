with

final as (

    select
        user_id,
        tag,
        tag_kind,
        value,
        valid_from as since,
        rule_id

    from {{ ref('tag_history') }}
    where valid_to is null

)

select * from final
