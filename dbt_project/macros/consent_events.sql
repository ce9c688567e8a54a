{% macro refusal_events() -%}
    {#-
        The events that are a no, and to which channel; to every one where none is told. Some are
        one only by what they say (`stated_events`).
    -#}
    {{ return({
        'Unsubscribed': 'email', 'Email Marked as Spam': 'email', 'Email Marked As Spam': 'email',
        'SMS Unsubscribed': 'sms', 'Push Notification Unsubscribed': 'push', 'WeChat Unsubscribed': 'wechat_oa',
        'Opted Out': '', 'Subscription Changed': '', 'SMS Received': 'sms',
        'WhatsApp Received': '', 'Refusal Set Aside': '',
    }) }}
{%- endmacro %}

{% macro consent_events() -%}
    {#- The events that say who may be written to, and where; whatever roles they have. -#}
    {{ return(refusal_events().keys() | list + [
        'Consent Changed', 'User Deleted',
        'Email Bounced', 'Email Failed', 'Email Delivered', 'Email Opened', 'Email Link Clicked',
        'Application Uninstalled',
    ]) }}
{%- endmacro %}

{% macro stated_events() -%}
    {#- Those that say yes or no by a state, or in a text that came in. -#}
    {{ return(['Subscription Changed', 'SMS Received', 'WhatsApp Received']) }}
{%- endmacro %}

{% macro first_told(names) -%}
    {#- The first of these properties that is told, as words are compared. -#}
    {%- set told = [] -%}
    {%- for name in names -%}
        {%- set _ = told.append(json_text('properties', name)) -%}
    {%- endfor -%}
    {{ event_word('coalesce(' ~ told | join(', ') ~ ')') }}
{%- endmacro %}

{% macro state_names() -%}
    {#- Where senders tell a state; `warehouse/judging/consents.py` has them too, which a test compares. -#}
    {{ return(['subscription_status', 'subscriptionStatus', 'status', 'state', 'action']) }}
{%- endmacro %}

{% macro body_names() -%}
    {#- Where they tell a text. -#}
    {{ return(['message_body', 'messageBody', 'body', 'Body', 'text', 'message', 'content']) }}
{%- endmacro %}

{% macro subscription_states(word) -%}
    {#- What a state of a subscription, or a text that came in, says; written as `event_word` writes. -#}
    {{ return({
        'granted': "'subscribed', 'optedin', 'optin'",
        'refused': "'unsubscribed', 'unsubscribe', 'optedout', 'optout'",
        'stop': "'stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit', 'optout', 'revoke', 't', 'td', '退订', '拒收'",
    }[word]) }}
{%- endmacro %}

{% macro refusing_trait(names, ins='subscribed?|opted_?in|opt_?in', outs='unsubscribed?|opted_?out|opt_?out') -%}
    {#- The trait of an identify, in lower case, that is a no to what these names are of. -#}
    {{ return(
        '"[$]?(is_?)?(' ~ names ~ ')_?(' ~ outs ~ ')"[ ]*:[ ]*"?(true|1|yes|y|是)"?[ ]*[,}]'
        ~ '|"[$]?(is_?)?(' ~ names ~ ')_?(' ~ ins ~ ')"[ ]*:[ ]*"?(false|0|no|n|否|unsubscribed|opted_?out)"?[ ]*[,}]'
    ) }}
{%- endmacro %}

{% macro may_refuse(event, properties) -%}
    {#-
        Whether the properties of an event may say no by a name of theirs, as traits do: a form with
        `email_opt_in: false`. Asked of each line, so it is one cheap look; the patterns decide.
    -#}
    coalesce(
        {{ has_match('lower(' ~ properties ~ ')', 'opt(ed)?_?(in|out)"|unsubscribed|accepts_?marketing') }}
        or {{ is_of_preferences(event) }},
        false
    )
{%- endmacro %}

{% macro is_of_preferences(event) -%}
    {#- Whether an event tells what somebody wants to be sent: there a bare `email: false` is a no. -#}
    (lower({{ event }}) like '%preference%' or {{ event }} like '%通知设置%')
{%- endmacro %}

{% macro names_of_channels() -%}
    {#- What forms call the channels; those that name none are of every one. -#}
    {{ return({
        '': 'marketing|all',
        'email': 'emails?|email_?marketing|marketing_?emails?|newsletters?',
        'sms': 'sms|sms_?marketing|text',
        'push': 'push|push_?notifications?',
        'wechat_oa': 'wechat|wechat_?oa',
    }) }}
{%- endmacro %}

{% macro refusing_preference(names) -%}
    {#- What says no in an event of preferences, in lower case. -#}
    {{ return(
        '"(' ~ names ~ ')"[ ]*:[ ]*"?(false|0|no|n|off|否|unsubscribed|opted_?out)"?[ ]*[,}]'
    ) }}
{%- endmacro %}

{% macro refusing_traits() -%}
    {#- By channel. -#}
    {%- set found = {} -%}
    {%- for channel, names in names_of_channels().items() -%}
        {%- set _ = found.update({channel: refusing_trait(names if channel else names ~ '|')}) -%}
    {%- endfor -%}
    {%- set _ = found.update({
        'email': found['email']
            ~ '|"accepts_?marketing"[ ]*:[ ]*"?(false|0|no)"?[ ]*[,}]'
            ~ '|"unsubscribed_?from_?emails"[ ]*:[ ]*"?(true|1|yes)"?[ ]*[,}]',
    }) -%}
    {{ return(found) }}
{%- endmacro %}
