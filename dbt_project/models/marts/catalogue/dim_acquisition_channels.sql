with

rules as (

    -- A channel stands once for each of its sources; the rules prove that its names agree.
    select
        channel,
        min(name_en) as name_en,
        min(name_zh) as name_zh

    from {{ ref('acquisition_channels') }}
    group by channel

),

seen as (

    select
        channel,
        count(*) as sources

    from {{ ref('int_acquisition_channels') }}
    group by channel

),

final as (

    select
        coalesce(rules.channel, seen.channel) as code,
        coalesce(rules.name_en, seen.channel) as name_en,
        coalesce(rules.name_zh, seen.channel) as name_zh,
        cast(
            row_number() over (
                order by
                    case when rules.channel is null then 1 else 0 end,
                    coalesce(rules.channel, seen.channel)
            ) as bigint
        ) as position,
        rules.channel is not null as is_known

    from rules
    full outer join seen
        on rules.channel = seen.channel

)

select * from final
