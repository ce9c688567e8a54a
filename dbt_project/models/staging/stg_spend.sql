{{ config(materialized='view') }}

with

source as (

    select * from {{ source('raw', 'spend') }}

),

admitted as (

    select * from {{ source('raw', 'spend_loads') }}

),

final as (

    select
        source.date as spend_date,
        source.channel,
        source.campaign,
        source.amount,
        source.currency,
        source.load_date,
        source.source_file,
        source.source_line

    from source
    inner join admitted
        on
            source.load_date = admitted.load_date
            and source.load_fingerprint = admitted.load_fingerprint

)

select * from final
