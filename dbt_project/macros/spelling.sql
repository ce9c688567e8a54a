{#- What people write by hand, compared as they meant it: names of channels, e-mails, phones. -#}

{% macro cleaned(expression, dashes=true) -%}
    {#-
        Full-width signs narrow, digits 0 to 9, blanks and dashes of every kind plain ones, what cannot be seen gone,
        no blanks around: as `warehouse/judging/spelling.py` does, which a test compares with this.
    -#}
    {%- set wide = '！＂＃＄％＆（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹' -%}
    {%- set narrow = '!"#$%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~01234567890123456789' -%}
    {%- set blanks = '\u0009\u000a\u000b\u000c\u000d\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a' -%}
    {%- set dashes = '\u2010\u2011\u2012\u2013\u2014\u2015\u2212' if dashes else '' -%}
    {%- set unseen = '\u00ad\u180e\u2060\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069' -%}
    trim(translate(
        {{ expression }},
        '{{ wide }}{{ blanks }}{{ dashes }}{{ unseen }}',
        '{{ narrow }}{{ ' ' * (blanks | length) }}{{ '-' * (dashes | length) }}'
    ))
{%- endmacro %}

{% macro id_as_told(text) -%}
    {#-
        A user's id inside properties, as the door writes ids: `12345.0` is 12345; empty for none. Only
        letters that are composed of several signs, which no engine composes alike, stay as they are.
        The text is one that `cleaned` has made, in a column of its own: it is named many times here.
    -#}
    case
        when
            {{ text }} like '_%.0%'
            and translate({{ text }}, '0123456789', '') = '.'
            and replace(split_part({{ text }}, '.', 2), '0', '') = ''
            then split_part({{ text }}, '.', 1)
        else {{ text }}
    end
{%- endmacro %}

{% macro folded(expression) -%}
    lower({{ cleaned(expression) }})
{%- endmacro %}

{% macro event_word(expression) -%}
    {#-
        The name of an event as it is compared with aliases: letters and signs alone, whatever their
        case and what parts them. `warehouse/judging/aliases.py` does the same, which a test compares.
    -#}
    lower(translate({{ cleaned(expression) }}, ' _-.:/', ''))
{%- endmacro %}

{% macro email_address(text) -%}
    {#-
        An e-mail as it is compared and sent to; empty for what is none. Of `Ann <ann@x.org>` what the
        brackets hold; without `mailto:`, and without quotes and stops around it. Two are none. Letters
        beyond ASCII, and the `xn--` that stands for them in a domain, are written in several ways that
        no engine compares: none, or a no to one would leave the other open (of `İ` one makes an `i`).
    -#}
    case
        when
            {{ text }} like '%@%@%'
            or {{ text }} like '%@%xn--%'
            or {{ has_match(text, '[^ -~]') }}
            then ''
        when {{ text }} like '%_@_%' and translate({{ text }}, ' "<>()[]{},;:', '') = {{ text }}
            then {{ text }}
        else ''
    end
{%- endmacro %}

{% macro phone_number(text, digits) -%}
    {#-
        Digits with `+`; empty for what is none. A number that begins with the country's code and is as
        long as one that has it is taken to have it: written twice, it would be another's number. What
        a spreadsheet made of one (`1.38E+10`), or two numbers in one, is another's number too: none.
        `1-415-555-0100` is how a number of the country 1 is written, and no other.
    -#}
    {%- set country = var('phone_country') | string -%}
    case
        when length({{ digits }}) < 5 or length({{ digits }}) > 17 then ''
        when {{ text }} like '%e%' and translate({{ text }}, '0123456789.+-e', '') = '' then ''
        when {{ has_match(text, '^1[-. (]+[2-9][0-9]{2}[-. )]+[2-9][0-9]{2}[-. ]+[0-9]{4}$') }}
            then '+' || {{ digits }}
        when {{ digits }} like '00{{ country }}0%' then '+{{ country }}' || substr({{ digits }}, {{ country | length + 4 }})
        when {{ digits }} like '00%' then '+' || substr({{ digits }}, 3)
        when {{ digits }} like '{{ country }}0%' and ({{ text }} like '%+%' or length({{ digits }}) >= 11)
            then '+{{ country }}' || substr({{ digits }}, {{ country | length + 2 }})
        when {{ text }} like '%+%' then '+' || {{ digits }}
        when {{ digits }} like '{{ country }}%' and length({{ digits }}) >= 11 then '+' || {{ digits }}
        when {{ digits }} like '0%' then '+{{ country }}' || substr({{ digits }}, 2)
        else '+{{ country }}' || {{ digits }}
    end
{%- endmacro %}

{% macro told_apart(relation, columns, text) -%}
    {#-
        What else a cell may hold, for whoever says no by it: each of several addresses, and the number
        that a spreadsheet wrote with an exponent. None of them is surely the one to write to.
    -#}
    {%- set parts = "translate(" ~ text ~ ", ',/|、，；', ';;;;;;')" -%}
    select
        {{ columns | join(', ') }},
        trim(part) as {{ text }}
    from (
        select
            {{ columns | join(', ') }},
            {{ each_of(
                "case when " ~ text ~ " like '%@%@%' then replace(" ~ parts ~ ", ' ', ';') else " ~ parts ~ " end", ';'
            ) }} as part
        from {{ relation }}
        where translate({{ text }}, ',;/|、，；', '') <> {{ text }} or {{ text }} like '%@%@%'
    ) as told
    union all
    select
        {{ columns | join(', ') }},
        cast(try_cast({{ text }} as decimal(20, 0)) as {{ dbt.type_string() }}) as {{ text }}
    from {{ relation }}
    where {{ has_match(text, '^[0-9][.][0-9]+[eE][+]?[0-9]+$') }}
{%- endmacro %}

{% macro contact_addresses(relation, columns, field, text) -%}
    {#-
        The columns of the rows of `relation`, and as `address` what the text of a contact field holds,
        as addresses are compared: by the name of the field. The text is one that `cleaned` has made.
        Each step has a column of its own: an expression that is named again is planned again.
    -#}
    {%- set is_email = field ~ " = 'email' or right(" ~ field ~ ", 6) = '_email'" -%}
    {%- set is_phone = field ~ " in ('phone', 'mobile') or right(" ~ field ~ ", 6) = '_phone'" -%}
    select
        {{ columns | join(', ') }},
        case
            when {{ is_email }} then {{ email_address('bare') }}
            when {{ is_phone }} then {{ phone_number('unwrapped', 'bare') }}
            else unwrapped
        end as address
    from (
        select
            {{ columns | join(', ') }},
            unwrapped,
            case
                when {{ is_phone }}
                    then {{ only_digits("case when unwrapped like '%.0' then left(unwrapped, length(unwrapped) - 2) else unwrapped end") }}
                else trim(both chr(34) || chr(39) || ' .,;' from case
                    when unwrapped like '%<%@%>%' then split_part(split_part(unwrapped, '<', 2), '>', 1)
                    else unwrapped
                end)
            end as bare
        from (
            select
                {{ columns | join(', ') }},
                case
                    when {{ is_email }} then replace(replace(lower(replace({{ text }}, 'İ', 'ı')), '。', '.'), 'mailto:', '')
                    when {{ is_phone }}
                        then split_part(split_part(replace(lower({{ text }}), '(0)', ''), 'ext', 1), '转', 1)
                    else {{ text }}
                end as unwrapped
            from {{ relation }}
        ) as told
    ) as told
{%- endmacro %}
