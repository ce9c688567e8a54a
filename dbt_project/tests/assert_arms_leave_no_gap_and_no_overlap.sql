-- The arms of each experiment share out the buckets 0 to 9999: neither a gap nor an overlap.
with

arms as (

    select
        experiment,
        from_bucket,
        to_bucket,
        lag(to_bucket, 1, -1) over (partition by experiment order by from_bucket) as previous_to,
        lead(from_bucket, 1, 10000) over (partition by experiment order by from_bucket) as next_from

    from {{ ref('recall_arms') }}

)

select * from arms
where
    from_bucket <> previous_to + 1
    or to_bucket <> next_from - 1
