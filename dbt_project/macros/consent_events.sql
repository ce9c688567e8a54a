{% macro refusal_events() -%}
    {#- The events that are a no by their name alone, and to which channel; to every one where none is told. -#}
    {{ return({
        'Unsubscribed': 'email', 'Email Marked as Spam': 'email', 'Email Marked As Spam': 'email',
        'SMS Unsubscribed': 'sms', 'Push Notification Unsubscribed': 'push', 'WeChat Unsubscribed': 'wechat_oa',
        'Opted Out': '',
    }) }}
{%- endmacro %}

{% macro consent_events() -%}
    {#- The events that say who may be written to, and where; whatever roles they have. -#}
    {{ return(refusal_events().keys() | list + [
        'Consent Changed', 'User Deleted',
        'Email Bounced', 'Email Delivered', 'Email Opened', 'Email Link Clicked',
    ]) }}
{%- endmacro %}
