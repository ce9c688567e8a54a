{{ config(materialized='view') }}

with

names as (

    select * from {{ ref('int_channel_names') }}

),

in_force as (

    -- The list of a day is sent on the next one.
    select
        *,
        coalesce({{ folded('channel') }}, '') as said

    from {{ ref('stg_suppressions') }}
    where
        since_date is null
        or since_date <= {{ dbt.dateadd('day', 1, as_of_date()) }}

),

rows_of_channels as (

    -- A channel that nobody knows, or none, is every channel.
    select
        channels.channel,
        channels.contact_field,
        in_force.address,
        in_force.user_id

    from in_force
    left join names
        on in_force.said = names.name
    inner join {{ ref('channels') }} as channels
        on
            names.channel = channels.channel
            or names.channel is null

),

listed as (

    select
        channel,
        contact_field,
        true as is_id,
        user_id as said

    from rows_of_channels
    where user_id is not null

    union all

    select
        channel,
        contact_field,
        false as is_id,
        address as said

    from rows_of_channels
    where address is not null

),

cells as (

    select
        *,
        {{ cleaned('said') }} as cell

    from listed

),

apart as (

    select * from cells
    union all
    select
        channel,
        contact_field,
        is_id,
        said,
        cell

    from (
        {{ told_apart('cells', ['channel', 'contact_field', 'is_id', 'said'], 'cell') }}
    ) as others

),

addresses as (

    {{ contact_addresses(
        'apart', ['channel', 'contact_field', 'is_id', 'said', 'cell'], 'contact_field', 'cell'
    ) }}

),

understood as (

    -- A cell may hold what belongs in the other. Each is read once, however often it is listed.
    select
        channel,
        contact_field,
        is_id,
        said,
        cell,
        max(case when not is_id or cell like '%_@_%' then address else '' end) as address

    from addresses
    group by channel, contact_field, is_id, said, cell

),

ids as (

    -- A spreadsheet may put quotes around an id.
    select
        channel,
        contact_field,
        case when is_id then said else {{ id_as_told('cell') }} end as user_id

    from understood
    where
        is_id
        or address = ''

    union

    select
        channel,
        contact_field,
        translate(cell, chr(34) || chr(39) || '=', '') as user_id

    from understood
    where is_id

),

people as (

    select distinct
        listed.channel,
        listed.contact_field,
        coalesce(named_ids.user_id, listed.user_id) as user_id

    from ids as listed
    left join {{ ref('int_named_ids') }} as named_ids
        on listed.user_id = named_ids.named_id
    where listed.user_id <> ''

),

final as (

    select
        channel,
        address,
        cast(null as {{ dbt.type_string() }}) as user_id

    from understood

    union all

    select
        people.channel,
        cast(null as {{ dbt.type_string() }}) as address,
        people.user_id

    from people

    union all

    -- Whoever is suppressed is so at every address of theirs, also where another account has it.
    select
        people.channel,
        changes.value as address,
        cast(null as {{ dbt.type_string() }}) as user_id

    from people
    inner join {{ ref('int_profile_changes') }} as changes
        on
            people.user_id = changes.user_id
            and people.contact_field = changes.subject
            and changes.kind in ('address', 'named')

)

select * from final
where
    user_id is not null
    or address <> ''
