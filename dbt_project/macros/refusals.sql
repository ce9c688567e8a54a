{#-
    A no by its name and value, as forms and senders keep it of somebody: patterns, for lower case.
    `warehouse/judging/refusals.py` has the same and tells how they are made, which a test compares.
-#}

{% macro places_of_words() -%}
    {#- Where a line may say so. -#}
    {{ return(['properties', 'traits', 'context']) }}
{%- endmacro %}

{% macro may_refuse(event, line='') -%}
    {#-
        Whether a line may say no by a name in it: a form with `email_opt_in: false`, what a sender
        keeps of a person. Asked of each line, so it is one cheap look; the patterns decide.
    -#}
    {%- set of = 'mails?|newsletters?|sms|text|messages?|push|wechat|邮件|邮箱|短信|推送|微信|公众号|'
        ~ refusing_word('marketing') -%}
    {%- set words = 'subscri|opt(ed)?[ _.-]?(in|out)|accepts_?marketing|consent|preference|permission'
        ~ '|notification|communication|channels|can[ _.-]?receive|do[ _.-]?not'
        ~ '|退订|拒收|订阅|同意|接收|允许|通知|偏好|(' ~ of ~ ')([ _.-]?(' ~ of
        ~ '|disabled|suppressed|revoked|withdrawn|granted|allowed|enabled|stat)|"[ ]*:[ ]*[{])' -%}
    coalesce(
        {%- for place in places_of_words() %}
        {{ has_match('lower(' ~ line ~ place ~ ')', words) }} or
        {%- endfor %}
        {{ is_of_preferences(event) }},
        false
    )
{%- endmacro %}

{% macro is_of_preferences(event) -%}
    {#- Whether an event tells what somebody wants to be sent: there a bare `email: false` is a no. -#}
    (lower({{ event }}) like '%preference%' or {{ event }} like '%通知设置%')
{%- endmacro %}

{% macro names_of_channels() -%}
    {#- What forms call the channels; what names none of them is of every one. -#}
    {{ return({
        'email': 'e[ _.-]?mails?|newsletters?|邮件|邮箱',
        'sms': 'sms|text|text[ _.-]?messages?|短信',
        'push': '[a-z _.-]*push|push[ _.-]?notifications?|推送',
        'wechat_oa': 'wechat|wechat[ _.-]?oa|微信|公众号',
    }) }}
{%- endmacro %}

{% macro refusing_word(part) -%}
    {#- What names and values of a no are made of, by part. -#}
    {%- set gap = '[ _.-]?' -%}
    {%- set about = '(subscription|preference|permission|notification|communication|consent|channel)s?' -%}
    {%- set marketing = 'marketing|advertising|promotions?|promotional|all|营销' -%}
    {%- set more = '(' ~ gap ~ '(' ~ about ~ '|settings?|state|status|groups?|' ~ marketing ~ '))*' -%}
    {%- set joint = '(' ~ gap ~ '|' ~ more
        ~ '"[ ]*:[ ]*[{][^{}]*([{][^{}]*[}][^{}]*)*([{][^{}]*)?")' -%}
    {%- set refused = 'unsubscribed?|opt(ed)?' ~ gap ~ 'out|not' ~ gap
        ~ 'subscribed|denied|declined|refused|revoked|withdrawn' -%}
    {%- set out = 'unsubscribed?|opt(ed)?' ~ gap ~ 'outs?|退订|拒收' -%}
    {%- set opt_in = 'opt(ed)?' ~ gap ~ 'ins?' -%}
    {%- set open = opt_in ~ '|subscribed?|consent(ed)?|granted|allowed|enabled|订阅|同意|接收|允许' -%}
    {{ return({
        'gap': gap,
        'tells': '"[ ]*:[ ]*"?',
        'ends': '"?[ ]*[,}]',
        'about': about,
        'marketing': marketing,
        'more': more,
        'joint': joint,
        'own': '[$]?((is|has|hs|user)' ~ gap ~ ')?',
        'yes': 'true|1|yes|y|on|是',
        'refused': refused,
        'no': 'false|0|no|n|off|否|disabled|' ~ refused,
        'out': out,
        'opt_in': opt_in,
        'shut': out ~ '|disabled|suppressed|revoked|withdrawn',
        'open': open,
        'state': '((consent|subscription)' ~ joint ~ ')?(status|state)|subscription',
        'kept': '[a-z _.-]*' ~ about ~ '(' ~ gap ~ '(settings?|state|status|groups?))?|can'
            ~ gap ~ 'receive|' ~ open ~ '|通知|偏好',
        'kind': 'channel|channel' ~ gap ~ 'type|type|medium|name|purpose|category',
    }[part]) }}
{%- endmacro %}

{% macro of_marketing(names) -%}
    {#- These names with the word for marketing before or behind them. -#}
    {%- set joint, marketing = refusing_word('joint'), refusing_word('marketing') -%}
    {{ return(
        '(' ~ names ~ ')' ~ joint ~ '(' ~ marketing ~ ')|(' ~ marketing ~ ')' ~ joint ~ '(' ~ names ~ ')'
    ) }}
{%- endmacro %}

{% macro refusing(names) -%}
    {#- What is a no to what the names are of. -#}
    {%- set gap, joint, own = refusing_word('gap'), refusing_word('joint'), refusing_word('own') -%}
    {%- set tells, ends = refusing_word('tells'), refusing_word('ends') -%}
    {%- set shut, kind = refusing_word('shut'), refusing_word('kind') -%}
    {%- set yes, no = tells ~ '(' ~ refusing_word('yes') ~ ')', tells ~ '(' ~ refusing_word('no') ~ ')' -%}
    {%- set said = own ~ '((' ~ shut ~ ')' ~ yes ~ '|(' ~ refusing_word('open') ~ ')' ~ no
        ~ '|(' ~ refusing_word('state') ~ ')' ~ tells ~ '(false|' ~ refusing_word('refused') ~ '))' -%}
    {{ return(
        '"' ~ own ~ '(' ~ names ~ ')' ~ joint ~ said ~ ends
        ~ '|"' ~ own ~ '(' ~ shut ~ '|do' ~ gap ~ 'not)' ~ joint
        ~ '((of|from)' ~ gap ~ ')?(' ~ names ~ ')' ~ yes ~ ends
        ~ '|"' ~ own ~ '(' ~ refusing_word('kept') ~ ')' ~ joint
        ~ '((of|from|to)' ~ gap ~ ')?(' ~ names ~ ')' ~ no ~ ends
        ~ '|"(' ~ refusing_word('out') ~ ')(' ~ gap ~ 'channels)?"[ ]*:[^a-z0-9"{}:]*'
        ~ '("[^"]*"[ ]*,[ ]*)*"(' ~ names ~ ')"[ ]*(,|])'
        ~ '|"(' ~ kind ~ ')' ~ tells ~ '(' ~ names ~ ')"[^{}]*"' ~ said ~ ends
        ~ '|"' ~ said ~ '"?[ ]*,[^{}]*"(' ~ kind ~ ')' ~ tells ~ '(' ~ names ~ ')"'
    ) }}
{%- endmacro %}

{% macro preferring(names) -%}
    {#- What is one in an event of preferences, where the bare name will do. -#}
    {{ return(
        '"(' ~ names ~ ')' ~ refusing_word('tells') ~ '(' ~ refusing_word('no') ~ ')' ~ refusing_word('ends')
    ) }}
{%- endmacro %}

{% macro refusing_channel(names) -%}
    {%- set both = of_marketing(names) -%}
    {{ return(refusing(names ~ '|' ~ both) ~ '|' ~ preferring(both)) }}
{%- endmacro %}

{% macro refusing_all() -%}
    {#- What is a no to every channel, where no other is told. -#}
    {%- set gap, own, ends = refusing_word('gap'), refusing_word('own'), refusing_word('ends') -%}
    {%- set tells, about = refusing_word('tells'), refusing_word('about') -%}
    {%- set yes, no = tells ~ '(' ~ refusing_word('yes') ~ ')', tells ~ '(' ~ refusing_word('no') ~ ')' -%}
    {{ return(
        refusing(refusing_word('marketing'))
        ~ '|"' ~ own ~ '((' ~ refusing_word('out') ~ ')' ~ yes
        ~ '|(' ~ refusing_word('opt_in') ~ '|consent)' ~ no ~ ')' ~ ends
        ~ '|"consent"[ ]*:[ ]*[{][^{}]*"(granted|given|status|state)' ~ no ~ ends
        ~ '|"[a-z _.-]*' ~ about ~ '[a-z _.-]*"[ ]*:[^a-z0-9"{:]*([{][^{}]*[}][, ]*)*[{][^{}]*'
        ~ '"(' ~ refusing_word('state') ~ '|subscribed?)' ~ tells
        ~ '(false|' ~ refusing_word('refused') ~ ')' ~ ends
        ~ '|"' ~ own ~ 'do' ~ gap ~ 'not' ~ gap ~ '(contact|market)' ~ yes ~ ends
        ~ '|"unsubscribed?[a-z _.-]*ids"[ ]*:[^a-z"{}:,]*[0-9]'
    ) }}
{%- endmacro %}

{% macro refusing_person() -%}
    {#- One more in what describes a person: products are subscribed to too. -#}
    {{ return(
        '"' ~ refusing_word('own') ~ 'subscribed?' ~ refusing_word('tells')
        ~ '(' ~ refusing_word('no') ~ ')' ~ refusing_word('ends')
    ) }}
{%- endmacro %}

{% macro of_channels(names) -%}
    {#- What is told of channels of these names, and nothing of the others. -#}
    {{ return(
        '"' ~ refusing_word('own') ~ '((' ~ refusing_word('marketing') ~ ')' ~ refusing_word('gap')
        ~ ')?(' ~ names ~ ')' ~ refusing_word('more') ~ '"[ ]*:[ ]*[{]([^{}]*[{][^{}]*[}])*[^{}]*[}]'
        ~ '|(,|[^a-z0-9"{}:, ])[ ]*[{][^{}]*"(' ~ refusing_word('kind') ~ ')' ~ refusing_word('tells')
        ~ '(' ~ names ~ ')"[^{}]*[}]'
    ) }}
{%- endmacro %}

{% macro is_refused(channel) -%}
    {#- Whether what a line tells (`said`, `of_person`, `is_of_preferences`) is a no to a channel, or to all. -#}
    {%- if channel -%}
    {%- set names = names_of_channels()[channel] -%}
    {%- set said, preferences = 'said', names ~ '|' ~ of_marketing(names) -%}
    {{ has_match(said, refusing_channel(names)) }}
    {%- if channel == 'email' %}
    or {{ has_match(said, '"accepts_?marketing"[ ]*:[ ]*"?(false|0|no)"?[ ]*[,}]') }}
    {%- endif %}
    {%- else -%}
    {%- set others = of_channels(names_of_channels().values() | join('|')) -%}
    {%- set said, preferences = without('said', others), refusing_word('marketing') -%}
    {{ has_match(said, refusing_all()) }}
    or {{ has_match(without('of_person', others), refusing_person()) }}
    {%- endif %}
    or (is_of_preferences and {{ has_match(said, preferring(preferences)) }})
{%- endmacro %}
