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
