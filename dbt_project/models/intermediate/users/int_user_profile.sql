{{ config(materialized='view') }}

select * from {{ ref('int_people') }}
where first_seen_date is not null
