{{ config(materialized='view') }}

with

named as (

    select acquisition_channel as source
    from {{ ref('int_people') }}
    group by acquisition_channel
    union
    select source
    from {{ ref('int_spend') }}
    group by source

),

rules as (

    select
        {{ folded('source') }} as source,
        channel

    from {{ ref('acquisition_channels') }}

),

final as (

    -- A source of the name `all` or `none` must not pass for everybody, or for nobody.
    select
        named.source,
        case
            when rules.channel is not null then rules.channel
            when {{ folded('named.source') }} in ('all', 'none')
                then 'source ' || {{ folded('named.source') }}
            else {{ folded('named.source') }}
        end as channel,
        rules.channel is not null as is_known

    from named
    left join rules
        on {{ folded('named.source') }} = rules.source

)

select * from final
