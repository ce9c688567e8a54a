with

admitted as (

    select * from {{ source('raw', 'loads') }}

),

loaded as (

    select *
    from {{ previous('int_load_days', {'load_date': 'date', 'load_fingerprint': 'string'}) }}

),

pending as (

    -- A load day is read again when its files have changed since it was last taken in.
    select
        admitted.load_date,
        admitted.load_fingerprint

    from admitted
    left join loaded
        on
            admitted.load_date = loaded.load_date
            and admitted.load_fingerprint = loaded.load_fingerprint
    where loaded.load_date is null

)

select * from pending
