{{ config(meta={'is_kept': true}) }}
-- A copy for the next run to start from: Spark cannot read the table that it replaces.
select * from {{ ref('int_event_duplicates') }}
