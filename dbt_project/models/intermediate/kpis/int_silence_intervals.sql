{{ config(materialized='view') }}

with

measures as (

    select listed.measure
    from (
        values
        ('ever_active_users'),
        ('silent_users'),
        ('newly_churned_users'),
        ('unchurned_users_before'),
        ('resurrected_users'),
        ('dormant_users_before')
    ) as listed (measure)

),

parameters as (

    select cast(value as integer) as churned_days
    from {{ ref('parameters') }}
    where parameter = 'churned_after_days'

),

silences as (

    select
        islands.first_date,
        islands.island_start,
        islands.island_end + 30 as silent_from,
        islands.island_end + 60 as dormant_from,
        islands.island_end + parameters.churned_days as churned_from,
        islands.next_start,
        coalesce(islands.next_start, date '9999-12-31') as silent_until

    from {{ ref('int_activity_islands') }} as islands
    cross join parameters

),

final as (

    -- What happens on a day counts for 30; what was so 30 days before begins and ends 30 later.
    select
        measures.measure,
        30 as window_days,
        case measures.measure
            when 'ever_active_users' then case when island_start = first_date then first_date end
            when 'silent_users' then silent_from
            when
                'newly_churned_users'
                then case when churned_from < silent_until then churned_from end
            when 'unchurned_users_before' then island_start + 30
            when 'resurrected_users' then case when dormant_from < silent_until then next_start end
            when 'dormant_users_before' then dormant_from + 30
        end as from_date,
        case measures.measure
            when 'silent_users' then next_start
            when 'newly_churned_users' then churned_from + 30
            when 'unchurned_users_before' then least(churned_from, silent_until) + 30
            when 'resurrected_users' then next_start + 30
            when 'dormant_users_before' then next_start + 30
        end as to_date

    from silences
    cross join measures

)

select * from final
where from_date < coalesce(to_date, date '9999-12-31')
