{% macro refusal_events() -%}
    {#-
        The events that are a no, and to which channel; to every one where none is told. The last two
        are one only by what they say (`subscription_states`).
    -#}
    {{ return({
        'Unsubscribed': 'email', 'Email Marked as Spam': 'email', 'Email Marked As Spam': 'email',
        'SMS Unsubscribed': 'sms', 'Push Notification Unsubscribed': 'push', 'WeChat Unsubscribed': 'wechat_oa',
        'Opted Out': '', 'Subscription Changed': '', 'SMS Received': 'sms',
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

{% macro refusing_traits() -%}
    {#- By channel; those that tell none are of every one. -#}
    {{ return({
        '': refusing_trait('marketing|all|'),
        'email': refusing_trait('emails?|email_?marketing|newsletter')
            ~ '|"accepts_?marketing"[ ]*:[ ]*"?(false|0|no)"?[ ]*[,}]'
            ~ '|"unsubscribed_?from_?emails"[ ]*:[ ]*"?(true|1|yes)"?[ ]*[,}]',
        'sms': refusing_trait('sms|sms_?marketing|text'),
        'push': refusing_trait('push|push_?notifications?'),
        'wechat_oa': refusing_trait('wechat|wechat_?oa'),
    }) }}
{%- endmacro %}
