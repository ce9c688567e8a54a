{{ config(materialized='view') }}

with

source as (

    select * from {{ source('raw', 'incidents') }}

),

admitted as (

    select * from {{ source('raw', 'incidents_loads') }}

),

final as (

    -- A blank cell says nothing; what an earlier row said of it stands.
    select
        trim(source.incident_id) as incident_id,
        nullif(trim(source.kind), '') as kind,
        {% for time in ['started_at', 'ended_at', 'done_at'] %}
        try_cast(replace(replace(source.{{ time }}, 'T', ' '), 'Z', '') as timestamp) as {{ time }},
        {% endfor %}
        source.user_id,
        {% for name in ['country', 'platform', 'event', 'duty', 'compensation'] %}
        nullif(trim(source.{{ name }}), '') as {{ name }},
        {% endfor %}
        source.source_file,
        source.source_line,
        source.load_date

    from source
    inner join admitted
        on
            source.load_date = admitted.load_date
            and source.load_fingerprint = admitted.load_fingerprint

)

select * from final
