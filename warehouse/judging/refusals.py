"""A no by its name and value, as forms and senders keep it of somebody: patterns, for lower case.

What a name is made of may lie one in the other (`email_opt_out: true`, `{"email": {"opt_out":
true}}`) or in a list beside its channel, and is heard alike. `dbt_project/macros/refusals.sql` has
the same for the models, which a test compares; three engines read them, so none has a backslash.
"""

import re
from functools import cache

GAP = "[ _.-]?"
TELLS, ENDS = '"[ ]*:[ ]*"?', '"?[ ]*[,}]'
# What holds such words, and what their names may go on with.
ABOUT = "(subscription|preference|permission|notification|communication|consent|channel)s?"
MARKETING = "marketing|advertising|promotions?|promotional|all|营销"
MORE = f"({GAP}({ABOUT}|settings?|state|status|groups?|{MARKETING}))*"
# Between the parts of a name: next to nothing, or the beginning of an object and what it holds.
JOINT = f'({GAP}|{MORE}"[ ]*:[ ]*[{{][^{{}}]*([{{][^{{}}]*[}}][^{{}}]*)*([{{][^{{}}]*)?")'
OWN = f"[$]?((is|has|hs|user){GAP})?"

YES = "true|1|yes|y|on|是"
REFUSED = (
    f"unsubscribed?|opt(ed)?{GAP}out|not{GAP}subscribed|denied|declined|refused|revoked|withdrawn"
)
NO = f"false|0|no|n|off|否|disabled|{REFUSED}"
# What a no and a yes are called: by themselves, and of a channel.
OUT, OPT_IN = f"unsubscribed?|opt(ed)?{GAP}outs?|退订|拒收", f"opt(ed)?{GAP}ins?"
SHUT = f"{OUT}|disabled|suppressed|revoked|withdrawn"
OPEN = f"{OPT_IN}|subscribed?|consent(ed)?|granted|allowed|enabled|订阅|同意|接收|允许"
STATE = f"((consent|subscription){JOINT})?(status|state)|subscription"
KEPT = f"[a-z _.-]*{ABOUT}({GAP}(settings?|state|status|groups?))?|can{GAP}receive|{OPEN}|通知|偏好"
# By what an object of a list says what it is of.
KIND = f"channel|channel{GAP}type|type|medium|name|purpose|category"
# What forms call the channels; what names none of them is of every one.
CHANNELS = {
    "email": f"e{GAP}mails?|newsletters?|邮件|邮箱",
    "sms": f"sms|text|text{GAP}messages?|短信",
    "push": f"[a-z _.-]*push|push{GAP}notifications?|推送",
    "wechat_oa": f"wechat|wechat{GAP}oa|微信|公众号",
}


def of_marketing(names: str) -> str:
    """Return the pattern of these names with the word for marketing before or behind them."""
    return f"({names}){JOINT}({MARKETING})|({MARKETING}){JOINT}({names})"


def refusing(names: str) -> str:
    """Return the pattern of what is a no to what the names are of."""
    said = f"{OWN}(({SHUT}){TELLS}({YES})|({OPEN}){TELLS}({NO})|({STATE}){TELLS}(false|{REFUSED}))"
    return (
        f'"{OWN}({names}){JOINT}{said}{ENDS}'
        f'|"{OWN}({SHUT}|do{GAP}not){JOINT}((of|from){GAP})?({names}){TELLS}({YES}){ENDS}'
        f'|"{OWN}({KEPT}){JOINT}((of|from|to){GAP})?({names}){TELLS}({NO}){ENDS}'
        f'|"({OUT})({GAP}channels)?"[ ]*:[^a-z0-9"{{}}:]*("[^"]*"[ ]*,[ ]*)*"({names})"[ ]*(,|])'
        f'|"({KIND}){TELLS}({names})"[^{{}}]*"{said}{ENDS}'
        f'|"{said}"?[ ]*,[^{{}}]*"({KIND}){TELLS}({names})"'
    )


def preferring(names: str) -> str:
    """Return the pattern of a no for an event of preferences, where the bare name will do."""
    return f'"({names}){TELLS}({NO}){ENDS}'


def refusing_channel(names: str) -> str:
    """Return the pattern of a no to a channel of these names, whatever event it stands in."""
    both = of_marketing(names)
    return f"{refusing(f'{names}|{both}')}|{preferring(both)}"


def refusing_all() -> str:
    """Return the pattern of a no to every channel, where no other is told."""
    return (
        f'{refusing(MARKETING)}|"{OWN}(({OUT}){TELLS}({YES})|({OPT_IN}|consent){TELLS}({NO})){ENDS}'
        f'|"consent"[ ]*:[ ]*[{{][^{{}}]*"(granted|given|status|state){TELLS}({NO}){ENDS}'
        f'|"[a-z _.-]*{ABOUT}[a-z _.-]*"[ ]*:[^a-z0-9"{{:]*([{{][^{{}}]*[}}][, ]*)*[{{][^{{}}]*'
        f'"({STATE}|subscribed?){TELLS}(false|{REFUSED}){ENDS}'
        f'|"{OWN}do{GAP}not{GAP}(contact|market){TELLS}({YES}){ENDS}'
        f'|"unsubscribed?[a-z _.-]*ids"[ ]*:[^a-z"{{}}:,]*[0-9]'
    )


def refusing_person() -> str:
    """Return that of one more in what describes a person: products are subscribed to too."""
    return f'"{OWN}subscribed?{TELLS}({NO}){ENDS}'


def of_channels(names: str) -> str:
    """Return the pattern of what is told of channels of these names, and nothing of the others."""
    return (
        f'"{OWN}(({MARKETING}){GAP})?({names}){MORE}"[ ]*:[ ]*'
        "[{]([^{}]*[{][^{}]*[}])*[^{}]*[}]"
        f'|(,|[^a-z0-9"{{}}:, ])[ ]*[{{][^{{}}]*"({KIND}){TELLS}({names})"[^{{}}]*[}}]'
    )


# A name of e-mail that is built otherwise.
SHOP = '"accepts_?marketing"[ ]*:[ ]*"?(false|0|no)"?[ ]*[,}]'


# What every one of these patterns ends with, or is of.
_END = re.compile(f"{TELLS}({YES}|{NO}){ENDS}|{OUT}")


def may_refuse(said: str) -> bool:
    """Tell, by one cheap look, whether text in lower case can be a no at all: most lines cannot."""
    return _END.search(said) is not None


def is_of_preferences(event: str) -> bool:
    """Tell whether an event tells what somebody wants to be sent."""
    return "preference" in event.lower() or "通知设置" in event


def refused_channels(said: str, of_person: str, is_preference: bool) -> list[str]:
    """Return the channels that JSON text in lower case says no to, "" for every one.

    ``of_person`` is what of it describes somebody, and no event.
    """
    found = [
        channel
        for channel, names in CHANNELS.items()
        if _has(said, refusing_channel(names))
        or (is_preference and _has(said, preferring(f"{names}|{of_marketing(names)}")))
    ]
    if _has(said, SHOP):
        found.append("email")
    others = _bounded(of_channels("|".join(CHANNELS.values())))
    rest, person = others.sub("", said), others.sub("", of_person)
    if (
        _has(rest, refusing_all())
        or _has(person, refusing_person())
        or (is_preference and _has(rest, preferring(MARKETING)))
    ):
        found.append("")
    return found


def _has(text: str, pattern: str) -> bool:
    return _bounded(pattern).search(text) is not None


@cache
def _bounded(pattern: str) -> re.Pattern[str]:
    """Return a pattern that reads a long line once, and not as often as it has words."""
    near = pattern.replace("[^{}]*", "[^{}]{0,1000}").replace("[a-z _.-]*", "[a-z _.-]{0,40}")
    return re.compile(near)
