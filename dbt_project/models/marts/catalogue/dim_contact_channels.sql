with

channels as (

    select * from {{ ref('channels') }}

),

final as (

    select
        channel as code,
        name_en,
        name_zh,
        cast(row_number() over (order by channel) as bigint) as position,
        contact_field,
        consent_default

    from channels

)

select * from final
