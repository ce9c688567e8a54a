with

version as (

    {{ rule_version({
        'tags': ['tag', 'tag_kind', 'input', 'subject', 'window_days', 'from_value', 'value']
    }) }}

),

spans as (

    select
        user_id,
        tag,
        value as band,
        value,
        valid_from,
        valid_to

    from {{ ref('int_tag_spans') }}
    where value is not null
    union all
    select
        user_id,
        tag,
        band,
        value,
        valid_from,
        valid_to

    from {{ ref('int_told_tags') }}

),

final as (

    select
        spans.user_id,
        spans.tag,
        tags.tag_kind,
        spans.value,
        spans.valid_from,
        case when spans.valid_to <= {{ as_of_date() }} then spans.valid_to end as valid_to,
        tags.source_id as rule_id,
        version.rule_version

    from spans
    inner join {{ ref('tags') }} as tags
        on
            spans.tag = tags.tag
            and spans.band is not distinct from tags.value
    -- Whoever was never seen is no user yet.
    semi join {{ ref('int_user_profile') }} as users
        on spans.user_id = users.user_id
    cross join version
    where spans.valid_from <= {{ as_of_date() }}

)

select * from final
