with

stages as (

    select * from {{ ref('aarrr_stages') }}

),

channels as (

    select * from {{ ref('int_acquisition_channels') }}

),

summed as (

    -- Sources of one channel are one: a ratio of their sums.
    select
        kpis.as_of_date as event_date,
        stages.stage,
        coalesce(channels.channel, kpis.dimension_value) as channel,
        sum(kpis.numerator) as users,
        sum(kpis.denominator) as of_users,
        max(case when kpis.status = 'insufficient_history' then 1 else 0 end) as is_early,
        max(case when kpis.status = 'partial' then 1 else 0 end) as is_partial

    from {{ ref('kpi_daily') }} as kpis
    inner join stages
        on kpis.kpi = stages.kpi
    left join channels
        on case when kpis.dimension = 'channel' then kpis.dimension_value end = channels.source
    where kpis.dimension in ('all', 'channel')
    group by
        kpis.as_of_date,
        stages.stage,
        coalesce(channels.channel, kpis.dimension_value)

),

final as (

    select
        event_date,
        stage,
        channel,
        cast(users as bigint) as users,
        {{ rate('users', 'of_users') }} as rate,
        case
            when is_early = 1 or is_partial = 1 then 'insufficient_data'
            when users is null or of_users = 0 then 'unknown'
            else 'ok'
        end as status

    from summed

)

select * from final
