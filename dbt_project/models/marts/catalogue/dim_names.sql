{#- kind, rule file, its code, its order; what has a table of its own is not named twice. -#}
{% set named = [
    ('aarrr_stage', 'aarrr_stages', 'stage', 'position'),
    ('alert', 'alert_rules', 'alert', '0'),
    ('benefit', 'benefits', 'benefit', 'coalesce(min_score, 0)'),
    ('care_list', 'care_rules', 'list', '0'),
    ('claim', 'claim_rules', 'claim', '0'),
    ('compensation', 'compensations', 'compensation', '0'),
    ('core_rule_set', 'core_rules', 'rule_set', '0'),
    ('duty', 'duty_rules', 'duty', 'hours'),
    ('honour', 'honours', 'honour', 'from_days'),
    ('incentive', 'incentive_kinds', 'kind', '0'),
    ('level', 'level_bands', 'level', 'from_score'),
    ('load_time_band', 'load_time_bands', 'band', 'from_ms'),
    ('potential', 'potential_weights', 'dimension', '0'),
    ('rfm_class', 'rfm_classes', 'class', '0'),
    ('strategy', 'strategies', 'strategy', 'priority'),
    ('suggestion_state', 'suggestion_states', 'state', 'position'),
    ('warning_level', 'warning_levels', 'warning_level', 'warning_level'),
] %}

with

tags as (

    select
        'tag' as kind,
        coalesce(tag || '/' || value, tag) as code,
        name_en,
        name_zh,
        cast(from_value as double) as place

    from {{ ref('tags') }}

),

classes as (

    select
        kind,
        code,
        name_en,
        name_zh,
        cast(position as double) as place

    from {{ ref('portrait_classes') }}

),

plain as (

    select
        kind,
        code,
        name_en,
        name_zh,
        cast(0 as double) as place

    from {{ ref('names') }}

),

others as (

    {% for kind, rule, code, place in named %}
    select
        '{{ kind }}' as kind,
        cast({{ code }} as {{ dbt.type_string() }}) as code,
        name_en,
        name_zh,
        cast({{ place }} as double) as place

    from {{ ref(rule) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

named as (

    select * from tags
    union all
    select * from classes
    union all
    select * from plain
    union all
    select * from others

),

final as (

    -- A rule may take several rows; they share its name.
    select
        kind,
        code,
        coalesce(min(name_en), code) as name_en,
        coalesce(min(name_zh), min(name_en), code) as name_zh,
        cast(
            row_number() over (partition by kind order by min(coalesce(place, 0)), code) as bigint
        ) as position

    from named
    group by kind, code

)

select * from final
