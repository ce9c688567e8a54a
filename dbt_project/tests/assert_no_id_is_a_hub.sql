{{ config(severity='warn') }}
-- An id that would join more ids than `identity_hub_limit` joins none: a shared device, or a
-- placeholder that a tracker sends for everybody. Each row found is one such id.
select
    joined_id,
    count(*) as actors

from {{ ref('int_identity_map') }}
where is_hub
group by joined_id
