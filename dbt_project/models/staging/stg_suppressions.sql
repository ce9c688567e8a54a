{{ config(materialized='view') }}

with

source as (

    select * from {{ source('raw', 'suppressions') }}

),

admitted as (

    select * from {{ source('raw', 'suppressions_loads') }}

),

typed as (

    select
        source.channel,
        source.address,
        source.user_id,

        -- A day that cannot be read is no reason to write to somebody: it holds from the beginning.
        -- A time of day may lie a day earlier here than where it was written.
        case
            when length(source.since) > 10
                then {{ dbt.dateadd('day', -1, "try_cast(left(source.since, 10) as date)") }}
            else try_cast(source.since as date)
        end as since_date,
        source.reason,
        source.load_date

    from source
    inner join admitted
        on
            source.load_date = admitted.load_date
            and source.load_fingerprint = admitted.load_fingerprint

),

final as (

    select
        channel,
        address,
        user_id,
        cast(since_date as date) as since_date,
        reason,
        load_date

    from typed

)

select * from final
