{% macro loyalty_events() -%}
    {#- What the programme books for a user, and what users do for it: names, and the kind of each. -#}
    {{ return({
        'Points Earned': 'earned',
        'Points Redeemed': 'redeemed',
        'Points Expired': 'expired',
        'Points Extended': 'extended',
        'Task Completed': 'task',
        'Benefit Used': 'benefit',
    }) }}
{%- endmacro %}
