{% macro consent_events() -%}
    {#- The events that say who may be written to, and where; whatever roles they have. -#}
    {{ return([
        'Consent Changed', 'User Deleted', 'Unsubscribed', 'Email Marked as Spam', 'Email Marked As Spam',
        'Email Bounced', 'Email Delivered', 'Email Opened', 'Email Link Clicked',
    ]) }}
{%- endmacro %}
