with

roles as (

    -- Never null: engines disagree on counting a condition that is null throughout. A cancellation
    -- was a refund in older files.
    select
        event,
        case
            when event = 'Order Cancelled' and role = 'refund' then 'cancel'
            else coalesce(role, '')
        end as role

    from {{ ref('event_roles') }}

),

flags as (

    -- One row per event name, so that joining it never multiplies events. What is more than a
    -- visit is a visit too, and what is said, shared, invited or bought is an interaction.
    select
        event,
        cast(
            count_if(
                role in (
                    'activity',
                    'login',
                    'interaction',
                    'content',
                    'share',
                    'invite',
                    'purchase',
                    'feature'
                )
            ) > 0 as boolean
        ) as is_activity,
        cast(
            count_if(role in ('interaction', 'content', 'share', 'invite', 'purchase')) > 0
            as boolean
        ) as is_interaction,
        cast(count_if(role = 'login') > 0 as boolean) as is_login,
        cast(count_if(role = 'content') > 0 as boolean) as is_content,
        cast(count_if(role = 'share') > 0 as boolean) as is_share,
        cast(count_if(role = 'invite') > 0 as boolean) as is_invite,
        cast(count_if(role = 'complaint') > 0 as boolean) as is_complaint,
        cast(count_if(role = 'message') > 0 as boolean) as is_message,
        cast(count_if(role = 'purchase') > 0 as boolean) as is_purchase,
        cast(count_if(role = 'refund') > 0 as boolean) as is_refund,
        cast(count_if(role = 'cancel') > 0 as boolean) as is_cancel,
        cast(count_if(role = 'feature') > 0 as boolean) as is_feature,
        cast(count_if(role = 'failure') > 0 as boolean) as is_failure

    from roles
    group by event

),

taken as (

    {{ own_names() }}

),

aliases as (

    -- Of one name in several writings one row.
    select
        word,
        min(alias) as alias,
        min(event) as event

    from (
        select
            alias,
            event,
            {{ event_word('alias') }} as word

        from {{ ref('event_aliases') }}
        where alias not in (select taken.event from taken)
    ) as written
    where word <> ''
    group by word

),

final as (

    select
        *,
        cast(null as {{ dbt.type_string() }}) as word,
        cast(null as {{ dbt.type_string() }}) as stands_for
    from flags

    union all

    -- A line never keeps such a name: what it does is said of the name that it stands for.
    select
        aliases.alias as event,
        {%- for flag in [
            'activity', 'interaction', 'login', 'content', 'share', 'invite', 'complaint',
            'message', 'purchase', 'refund', 'cancel', 'feature',
            'failure'
        ] %}
        false as is_{{ flag }},
        {%- endfor %}
        aliases.word,
        aliases.event as stands_for

    from aliases

)

select * from final
