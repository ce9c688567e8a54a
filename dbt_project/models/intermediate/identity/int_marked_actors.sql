{{ rebuilt_by('load_date', 'int_identity_loads') }}

with

rules as (

    select
        kind,
        case when kind = 'email_domain' then 'email' else trait end as trait,
        case when kind = 'email_domain' then {{ folded('pattern') }} else pattern end as pattern

    from {{ ref('excluded_users') }}
    where kind in ('trait', 'email_domain')

),

identified as (

    select
        coalesce(events.known_id, events.anonymous_id) as actor_id,
        events.is_anonymous,
        rules.kind,
        rules.pattern,
        {{ json_text_at('events.traits', 'rules.trait') }} as value,
        events.message_hash,
        events.source_file,
        events.source_line,
        events.load_date

    from {{ ref('stg_events') }} as events
    cross join rules
    where
        events.load_date in (select loads.load_date from {{ ref('int_identity_loads') }} as loads)
        and events.type = 'identify'
        and events.traits is not null

),

final as (

    select distinct
        identified.actor_id,
        identified.is_anonymous,
        identified.load_date

    from identified
    anti join {{ ref('int_event_duplicates') }} as duplicates
        on
            identified.message_hash = duplicates.message_hash
            and identified.load_date = duplicates.load_date
            and identified.source_file = duplicates.source_file
            and identified.source_line = duplicates.source_line
    where
        case
            when identified.kind = 'trait'
                then {{ matches_pattern('identified.value', 'identified.pattern') }}
            when {{ folded('identified.value') }} like '%@%'
                then {{ matches_pattern(
                    "split_part(" ~ folded('identified.value') ~ ", '@', 2)", 'identified.pattern'
                ) }}
        end

)

select * from final
