"""Who may be written to, and where: people who said yes and no in every dress, one build."""

import json
import re
from datetime import date
from typing import Any

import duckdb
import pytest

from orchestration.failures import problems_of
from tests.conftest import Installation, NewInstallation
from warehouse.gates.profiles import raw_days
from warehouse.judging.aliases import event_word
from warehouse.judging.consents import STATES, SUBSCRIBED
from warehouse.judging.consents import YES as YES_WORDS
from warehouse.judging.spelling import REPLACED, folded
from warehouse.lake.quarantine import list_quarantine

FIRST, SECOND, LAST = "2026-01-01", "2026-01-02", "2026-04-10"
ALL, NONE = {"email", "sms", "push"}, set[str]()
AGAIN = "another"


def said(**properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Consent Changed", "properties": properties}


def event(name: str, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": name, "properties": properties}


def gives(**traits: Any) -> dict[str, Any]:
    return {"type": "identify", "traits": traits}


YES = [said(channel="email", granted=True), said(channel="sms", granted=True)]
NO_MAIL = ALL - {"email"}

# What somebody with an e-mail, a phone and a push token says after both were granted, line by line,
# and where they may then be written to.
WORDS: dict[str, tuple[list[dict[str, Any]], set[str]]] = {
    "nothing more": ([], ALL),
    "in capitals": ([said(channel="EMAIL", granted=False)], NO_MAIL),
    "with blanks": ([said(channel="  Email\t", granted=" FALSE ")], NO_MAIL),
    "hyphen": ([said(channel="E-mail", granted=False)], NO_MAIL),
    "another hyphen": ([said(channel="e\u2011mail", granted=False)], NO_MAIL),
    "full width": ([said(channel="ＥＭＡＩＬ", granted=False)], NO_MAIL),
    "no-break space": ([said(channel="\u00a0email\u00a0", granted=False)], NO_MAIL),
    "zero width": ([said(channel="\u200bem\u200dail\ufeff", granted=False)], NO_MAIL),
    "Chinese": ([said(channel="邮件", granted=False)], NO_MAIL),
    "Chinese text message": ([said(channel="短信", granted=0)], ALL - {"sms"}),
    "a list": ([said(channel=["SMS", "E-mail"], granted=False)], {"push"}),
    "a list of one twice": ([said(channel=["sms", "sms"], granted=False)], NONE),
    "a list with a stranger": ([said(channel=["sms", "fax"], granted=False)], NONE),
    "an empty list": ([said(channel=[], granted=False)], NONE),
    "an object": ([said(channel={"email": False}, granted=False)], NONE),
    "a number": ([said(channel=7, granted=False)], NONE),
    "a truth": ([said(channel=True, granted=False)], NONE),
    "a channel unknown": ([said(channel="fax", granted=False)], NONE),
    "all": ([said(channel=" All ", granted=False)], NONE),
    "all in Chinese": ([said(channel="全部", granted=False)], NONE),
    "no channel": ([said(granted=False)], NONE),
    "null channel": ([said(channel=None, granted=False)], NONE),
    "blank channel": ([said(channel=" \u3000", granted=False)], NONE),
    "nothing at all": ([said()], NONE),
    "granted no": ([said(channel="email", granted="no")], NO_MAIL),
    "granted off": ([said(channel="email", granted="off")], NO_MAIL),
    "granted on": ([said(channel="email", granted="on")], NO_MAIL),
    "granted 2": ([said(channel="email", granted=2)], NO_MAIL),
    "granted null": ([said(channel="email", granted=None)], NO_MAIL),
    "granted blank": ([said(channel="email", granted="")], NO_MAIL),
    "granted missing": ([said(channel="email")], NO_MAIL),
    "granted an object": ([said(channel="email", granted={"value": True})], NO_MAIL),
    "granted a list": ([said(channel="email", granted=[True])], NO_MAIL),
    "granted in another dress": ([said(channel="email", Granted=True)], NO_MAIL),
    "no, then yes": ([said(granted=False), said(channel="email", granted="Yes")], {"email"}),
    "no, then 1": ([said(granted=False), said(channel="sms", granted=1)], {"sms"}),
    "no, then yes to all": ([said(granted=False), said(channel="ALL", granted="y")], ALL),
    "no, then yes to some": (
        [said(granted=False), said(channel=["E-MAIL", "推送"], granted="ＴＲＵＥ")],
        {"email", "push"},
    ),
    "no, then yes to a stranger": ([said(granted=False), said(channel="fax", granted=True)], NONE),
    "no, then yes to an empty list": ([said(granted=False), said(channel=[], granted=1)], NONE),
    "unsubscribed": ([event("Unsubscribed")], NO_MAIL),
    "unsubscribed from another": ([event("Unsubscribed", channel="sms")], {"push"}),
    "a state": ([event("Subscription Status Changed", status="Unsubscribed")], NONE),
    "a state that nobody can read": ([event("Subscription Changed", channel="sms")], ALL - {"sms"}),
    "a plan": ([event("Subscription Changed", plan="pro", status="active")], ALL),
    "a text": ([event("smsReceived", message_body="hello")], ALL),
    "a text that says stop": ([event("smsReceived", message_body="Stop!")], ALL - {"sms"}),
    "consent revoked": ([event("Consent Revoked", channel="sms")], ALL - {"sms"}),
    "spam": ([event("Email Marked as Spam")], NO_MAIL),
    "unsubscribed in snake case": ([event("email_unsubscribed")], NO_MAIL),
    "spam by a sender's name": ([event("spamreport")], NO_MAIL),
    "a bounce by a sender's name": ([event("hard_bounce")], NO_MAIL),
    "consent in snake case": ([event("consent_changed", channel="sms", granted=0)], ALL - {"sms"}),
    "opted out": ([event("unsubscribe")], NONE),
    "opted out in Chinese": ([event("退订")], NONE),
    "opted out of one": ([event("退订", channel="短信")], ALL - {"sms"}),
    "opted out of texts": ([event("SMS Opted Out")], ALL - {"sms"}),
    "push turned off": ([event("关闭推送")], ALL - {"push"}),
    "a form": ([event("Signed Up", email_opt_in=False)], NO_MAIL),
    "a form in a form": ([event("Profile Saved", form={"smsOptOut": True})], ALL - {"sms"}),
    "a form that says yes": ([event("Signed Up", email_opt_in=True, options="no")], ALL),
    "preferences": ([event("Email Preferences Updated", marketing=False)], NONE),
    "preferences by Segment": (
        [event("Segment Consent Preference Updated")
         | {"context": {"consent": {"categoryPreferences": {"Email": False, "Analytics": False}}}}],
        NO_MAIL,
    ),
    "no subscriber": ([event("Video Played", subscribed=False, subscriptions=[])], ALL),
    "no subscriber as a trait": ([gives(subscribed=False)], NONE),
    "unsubscribed by the way": (
        [event("Page Viewed") | {"context": {"traits": {"unsubscribed": True}}}], NONE,
    ),
    "preferences by channel": (
        [event("preferences_saved", channels={"email": "off", "sms": True})], NO_MAIL,
    ),
    "deleted in Chinese": ([event("用户注销")], NONE),
    "deleted": ([event("User Deleted")], NONE),
    "deleted, then yes": (
        [event("User Deleted"), said(channel="email", granted=True)], {"email"},
    ),
    "deleted, then back without a word": (
        [event("User Deleted"), gives(email="again@example.com", push_token=AGAIN)], NONE,
    ),
    "bounced": ([event("Email Bounced")], NO_MAIL),
    "bounced softly": ([event("Email Bounced", type="soft")], ALL),
    "bounced, then opened": ([event("Email Bounced"), event("Email Opened")], ALL),
    "bounced, then another address": (
        [event("Email Bounced"), gives(email="new-one@example.com")], ALL,
    ),
    "address taken away": ([gives(email="")], NO_MAIL),
    "no address": ([gives(email="n/a", phone="-")], {"push"}),
}  # fmt: skip
USERS = {f"w{place}": case for place, case in enumerate(WORDS)}

# What senders and forms keep of somebody, one in the other; and the channels that it closes. Each
# is said as properties of an event, as traits, as a context's, and in a line set aside.
EMAIL, SMS, PUSH = {"email"}, {"sms"}, {"push"}
NESTED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a channel with its word": ({"email": {"subscribed": False}}, EMAIL),
    "a word among others": (
        {"sms": {"number": "1", "at": {"day": 1}, "is_opted_out": True, "by": "web"}}, SMS,
    ),
    "a channel with its state": ({"consent": {"email": {"status": "denied"}}}, EMAIL),
    "a channel with its states": ({"push": {"apps": {"ios": 1, "optIn": "no"}}}, PUSH),
    "subscriptions": ({"subscriptions": {"email": "unsubscribed", "sms": "opted_in"}}, EMAIL),
    "preferences": ({"preferences": {"email": False, "push": "off", "color": "no"}}, EMAIL | PUSH),
    "preferences of a channel": ({"preferences": {"email": {"marketing": False}}}, EMAIL),
    "notification settings": ({"notificationSettings": {"sms": 0, "email": 1}}, SMS),
    "marketing by channel": ({"marketing": {"sms": False, "email": True}}, SMS),
    "permissions": ({"Permissions": {"Push Notifications": False}}, PUSH),
    "a list of channels": (
        {"channels": [{"channel": "email", "subscribed": False},
                      {"channel": "sms", "subscribed": True}]},
        EMAIL,
    ),
    "a list, word first": ({"subscriptions": [{"enabled": False, "type": "SMS"}]}, SMS),
    "a list of devices": (
        {"subscriptions": [{"type": "Email", "enabled": True},
                           {"type": "iOSPush", "enabled": False}]},
        PUSH,
    ),
    "a list of groups": (
        {"subscription_groups": [{"name": "Weekly", "state": "subscribed"},
                                 {"name": "Daily", "state": "unsubscribed"}]},
        ALL,
    ),
    "a list of groups with channels": (
        {"subscription_groups": [{"id": "g", "channel": "email", "status": "Unsubscribed"}]}, EMAIL,
    ),
    "a list of statuses": (
        {"subscriptionStatuses": [{"id": "7", "name": "One", "status": "UNSUBSCRIBED"}]}, ALL,
    ),
    "a list of what is closed": ({"unsubscribed": ["email", "sms"]}, EMAIL | SMS),
    "what is closed": ({"opted_out": {"email": True, "sms": False}}, EMAIL),
    "ids of channels": ({"unsubscribedChannelIds": [48123]}, ALL),
    "a consent of marketing": (
        {"email": {"marketing": {"can_receive_email_marketing": False, "consent": "UNSUBSCRIBED"}},
         "sms": {"marketing": {"consent": "SUBSCRIBED"}}},
        EMAIL,
    ),
    "a consent of marketing by a shop": (
        {"sms_marketing_consent": {"opt_in_level": None, "state": "unsubscribed"}}, SMS,
    ),
    "a consent of the law": (
        {"consent_state": {"gdpr": {"marketing": {"consented": False},
                                    "analytics": {"consented": True}}}},
        ALL,
    ),
    "topics and channels": (
        {"cio_subscription_preferences": {"topics": {"topic_1": True},
                                          "channels": {"email": False}}},
        EMAIL,
    ),
    "categories": (
        {"consent": {"categoryPreferences": {"Advertising": False, "Analytics": True}}}, ALL,
    ),
    "categories of channels": (
        {"consent": {"categoryPreferences": {"Functional": False, "Email": False}}}, EMAIL,
    ),
    "all": ({"subscriptions": {"all": False}}, ALL),
    "a consent": ({"consent": {"granted": False}}, ALL),
    "a consent withdrawn": ({"consent": "withdrawn"}, ALL),
    "an unknown channel": ({"telegram": {"unsubscribed": True}}, ALL),
    "flat": ({"marketing_email_subscription": "unsubscribed"}, EMAIL),
    "flat, the channel last": ({"opted_out_of_sms": "true"}, SMS),
    "flat, with dots": ({"email.subscribed": False}, EMAIL),
    "flat, of a sender": ({"hs_email_optout": "true"}, EMAIL),
    "flat, in a consent": ({"sms_consent": False}, SMS),
    "in Chinese": ({"通知": {"短信": False, "邮件": True}}, SMS),
    "in Chinese, flat": ({"邮件退订": "是"}, EMAIL),
    "yes by channel": ({"sms": {"subscribed": True, "unsubscribed": False}}, NONE),
    "yes in a list": ({"channels": [{"channel": "email", "subscribed": True, "opt_out": 0}]}, NONE),
    "yes to all": ({"consent": {"granted": 1}, "preferences": {"email": "on", "all": True}}, NONE),
    "no to other things": (
        {"consent": {"categoryPreferences": {"Analytics": False, "Email": True}},
         "consent_state": {"ccpa": {"data_sale_opt_out": {"consented": True}},
                           "gdpr": {"location": {"consented": False}}}},
        NONE,
    ),
    "other things of a channel": (
        {"push": {"token": "x", "verified": False, "bounced": "no"},
         "preferences": {"theme": False}, "sms": {"status": "failed", "count": 0}},
        NONE,
    ),
    "a subscription of a product": (
        {"subscriptions": [{"product": "pro", "status": "cancelled", "active": False}]}, NONE,
    ),
}  # fmt: skip
PLACES = ("properties", "traits", "context", "aside")


def in_place(place: str, what: dict[str, Any]) -> dict[str, Any]:
    """Return the line that says something there."""
    if place == "traits":
        return gives(**what)
    if place == "context":
        parts = {"consent": what["consent"]} if list(what) == ["consent"] else {"traits": what}
        return event("Page Viewed") | {"context": parts}
    return event("Profile Saved", **what) | ({"timestamp": "soon"} if place == "aside" else {})


def nested_lines() -> list[str]:
    """Return the lines of those who say it, in order: of each place somebody of their own."""
    found = []
    for number, (what, _) in enumerate(NESTED.values()):
        for place in PLACES:
            user = f"{place}{number}"
            phone = f"136{PLACES.index(place)}{number:07d}"
            own = gives(email=f"{user}@example.com", phone=phone, push_token=user)
            said_there = in_place(place, what)
            found += [
                line(user, at, each, f"{user}-{at}")
                for at, each in enumerate([own, *YES, said_there])
            ]
    return found


# Accounts that share something: lines of each, in order, a minute apart; and what holds then.
SHARED: list[tuple[str, dict[str, Any]]] = [
    # One no holds for all who have the address, however it is written.
    ("a1", gives(email="Shared1@example.com ")), ("a1", YES[0]),
    ("b1", gives(email="shared1@EXAMPLE.com")), ("b1", YES[0]),
    ("a1", said(channel="email", granted=False)),
    # A later yes by another account does not unsay it.
    ("a2", gives(email="shared2@example.com")), ("a2", said(channel="email", granted=False)),
    ("b2", gives(email="shared2@example.com")), ("b2", YES[0]),
    # The no of an account that has another address by now, and that had this one once.
    ("a3", gives(email="shared3@example.com")), ("b3", gives(email="shared3@example.com")),
    ("b3", YES[0]), ("a3", gives(email="other3@example.com")), ("a3", event("Unsubscribed")),
    # The no came before the account named the address.
    ("b4", gives(phone="00 86 (138) 0000-0004")), ("a4", YES[1]), ("b4", YES[1]),
    ("a4", said(channel="sms", granted=False)), ("a4", gives(phone="１３８ ０００００００４")),
    # Deleting an account is a no of its address, for all who have it, until that account says yes.
    ("a9", gives(email="shared9@example.com")), ("b9", gives(email="shared9@example.com")),
    ("b9", YES[0]), ("a9", event("User Deleted")),
    ("a5", gives(email="shared5@example.com")), ("b5", gives(email="shared5@example.com")),
    ("b5", YES[0]), ("a5", event("User Deleted")),
    ("c5", gives(email="shared5@example.com")), ("c5", YES[0]),
    # Who said no says yes again: the address is open to all who have a yes.
    ("p1", gives(email="open1@example.com")), ("p1", event("User Deleted")),
    ("q1", gives(email="open1@example.com")), ("q1", YES[0]), ("p1", YES[0]),
    # A visitor's no, before it is known who that is.
    ("?v6", said(channel="email", granted=False)), ("a6", gives(email="a6@example.com")),
    ("a6?v6", gives(name="Six")), ("b6", gives(email="a6@example.com")),
    # An account without a word has none because another has.
    ("a7", gives(email="shared7@example.com")), ("a7", YES[0]),
    ("b7", gives(email="shared7@example.com")),
    # An event that names the address speaks of it, not of the account's.
    ("a8", gives(email="a8@example.com")), ("a8", YES[0]),
    ("a8", event("Email Bounced", email="b8@example.com")),
    ("b8", gives(email="B8@example.com")), ("b8", YES[0]),
    # The no came by another writing of the address.
    ("c1", gives(email="Cid <C1@example.com>.")), ("c1", event("Unsubscribed")),
    ("d1", gives(email="c1@example.com")), ("d1", YES[0]),
    ("c2", gives(phone="+86 010-8888-0002")), ("c2", said(channel="sms", granted=False)),
    ("d2", gives(phone="(010) 88880002")), ("d2", YES[1]),
    ("c3", gives(phone="1.3800000003E10")), ("c3", YES[1]),
    # Two in one cell: both are closed, and to neither of them anything is sent.
    ("f1", gives(email="f1@example.com; f2@example.com")), ("f1", YES[0]),
    ("f1", said(channel="email", granted=False)),
    ("f2", gives(email="F2@example.com")), ("f2", YES[0]),
    ("f3", gives(phone="+8613800000061, +8613800000062")), ("f3", YES[1]),
    ("f4", gives(phone="+8613800000063/13800000064")), ("f4", said(channel="sms", granted=False)),
    ("f5", gives(phone="13800000064.0")), ("f5", YES[1]),
    # A spreadsheet's number closes what it stands for; a number of another country is read as one.
    ("g1", gives(phone="1.3800000065E+10")), ("g1", said(channel="sms", granted=False)),
    ("g2", gives(phone="13800000065")), ("g2", YES[1]),
    ("g3", gives(phone="1-415-555-0100")), ("g3", said(channel="sms", granted=False)),
    ("g4", gives(phone="+1 415 555 0100")), ("g4", YES[1]),
    ("h2", gives(email='"h2@example.com" <h2@example.com>')), ("h2", YES[0]),
    ("h4", gives(phone="1-380-0000-066")), ("h4", YES[1]),
    *((user, line) for user in ("h1", "h3")
      for line in (gives(email=f"{user}@example.com", phone=f"1380000007{user[1]}"), *YES)),
    # What is written in several ways that nobody compares is sent to in none of them.
    *((user, line) for user, address in (
        ("i1", "ann@bücher.example"), ("i2", "ann@xn--bcher-kva.example"),
        ("i3", "jose\u0301@example.com"),
        ("i4", "İ@example.com"), ("i5", "straße@example.com"),
    ) for line in (gives(email=address), YES[0])),
    # A sender knows no user: the address it names is the id, or in a field of its own.
    ("c4", gives(email="c4@example.com")), ("c4", YES[0]),
    ("C4@example.com", event("Unsubscribed")),
    ("e5", gives(email="e5@example.com")), ("e5", YES[0]),
    ("?sender", event("Unsubscribed", recipient="e5@example.com")),
    # On suppression lists, by address and by user.
    *((user, line) for user in ("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9")
      for line in (gives(email=f"{user}@example.com", phone=f"1390000100{user[1]}"), *YES)),
    ("t4", gives(email="s4@example.com")), ("t4", YES[0]),
    ("?d5", event("Page Viewed")), ("s5?d5", event("Page Viewed")),
]  # fmt: skip
SUPPRESSIONS = """channel,address,user_id,since,reason
E-MAIL, S1@Example.com ,,,complaint
,+86 139-0000-1002,,soon,
fax,s3@example.com,,2026-04-11,
email,,s4,2020-01-01,
,,d5,,a visitor who became an account
email,s6@example.com,,2026-04-12,later than the lists of the day are sent
sms,s7@example.com,,,an address of another channel
email,s8,,,an id in the wrong cell
email,,'s9,,an id as a spreadsheet quotes it
,h1@example.com / h3@example.com,,,two in one cell
sms,13800000071|13800000073,,,two in one cell
"""
HELD = {
    "a1": NONE, "b1": NONE, "a2": NONE, "b2": NONE, "a3": NONE, "b3": NONE, "a4": NONE,
    "b4": NONE, "a5": NONE, "b5": NONE, "a9": NONE, "b9": NONE, "c5": NONE,
    "p1": {"email"}, "q1": {"email"},
    "a6": NONE, "b6": NONE, "a7": {"email"}, "b7": NONE, "a8": {"email"}, "b8": NONE,
    "c1": NONE, "d1": NONE, "c2": NONE, "d2": NONE, "c3": NONE, "c4": NONE, "e5": NONE,
    "f1": NONE, "f2": NONE, "f3": NONE, "f4": NONE, "f5": NONE,
    "g1": NONE, "g2": NONE, "g3": NONE, "g4": NONE,
    "i1": NONE, "i2": NONE, "i3": NONE, "i4": NONE, "i5": NONE,
    "h1": NONE, "h2": {"email"}, "h3": NONE, "h4": {"sms"},
    "s8": {"sms"}, "s9": {"sms"},
    "s1": {"sms"}, "s2": {"email"}, "s3": {"sms"},
    "s4": {"sms"}, "t4": NONE, "s5": NONE, "s6": {"email", "sms"}, "s7": {"email", "sms"},
}  # fmt: skip

# Of people who said yes to both, what is set aside, and where they may then be written to.
SPOILT, FUTURE = {"timestamp": "soon"}, {"timestamp": "2099-01-01T00:00:00Z"}
ASIDE: dict[str, tuple[dict[str, Any], set[str]]] = {
    "k1": ({"userId": "k1", **event("Unsubscribed"), **SPOILT}, {"sms"}),
    "k2": ({"userId": "k2", **event("退订"), **FUTURE}, NONE),
    "k3": ({**said(channel="sms", granted=False), "userId": "k3", "cut": None}, {"email"}),
    "k4": (event("Email Marked as Spam", email="K4@example.com"), {"sms"}),
    "k5": ({"userId": "k5", **event("User Deleted"), **FUTURE}, NONE),
    "k6": ({"userId": "k6", **gives(email_opt_out=True), **SPOILT}, {"sms"}),
    "k8": ({"userId": "k8", **event("Unsubscribed"), **SPOILT}, {"email", "sms"}),
    "k9": ({"anonymousId": "v9", **event("Unsubscribed"), **SPOILT}, {"sms"}),
    "k10": ({"userId": "k10", **said(channel="email", granted=True), **SPOILT}, {"email", "sms"}),
}


def aside_lines() -> list[str]:
    """Return the lines of those of whom something is set aside, in order."""
    lines = [line("k9?v9", 0, event("Page Viewed"), "k9-v9")]
    for user in ASIDE:
        own = gives(email=f"{user}@example.com", phone=f"137{int(user[1:]):08d}")
        lines += [line(user, at, what, f"{user}-{at}") for at, what in enumerate([own, *YES])]
    told = {"timestamp": f"{FIRST}T09:00:00Z"}
    lines += [json.dumps(told | what).partition(', "cut"')[0] for what, _ in ASIDE.values()]
    return lines


def line(user: str, minute: int, what: dict[str, Any], message: str) -> str:
    known, _, visitor = user.partition("?")
    ids = {"userId": known} if known else {}
    ids |= {"anonymousId": visitor} if visitor else {}
    at = f"{FIRST}T{minute // 60:02d}:{minute % 60:02d}:00Z"
    return json.dumps({"messageId": message, "timestamp": at, **ids, **what}, ensure_ascii=False)


@pytest.fixture(scope="module")
def built(new_installation: NewInstallation) -> Installation:
    installation = new_installation(timezone="UTC")
    lines = []
    for user, case in USERS.items():
        own = gives(email=f"{user}@example.com", phone=f"139{int(user[1:]):08d}", push_token=user)
        visit = {"type": "track", "event": "Signed In"}
        for minute, what in enumerate([visit, own, *YES, *WORDS[case][0]]):
            lines.append(line(user, minute, what, f"z{99 - minute}-{user}"))
    for minute, (user, what) in enumerate(SHARED, 60):
        lines.append(line(user, minute, what, f"s-{999 - minute}"))
    root = installation.settings.landing_root
    arrivals = {FIRST: lines[1::2], SECOND: lines[::2]}
    last = [line("other", 0, event("Page Viewed"), "now"), line("k8", 0, YES[0], "k8-again")]
    arrivals[LAST] = [each.replace(FIRST, LAST) for each in last]
    for day, found in arrivals.items():
        folder = root / "events" / f"dt={day}"
        folder.mkdir(parents=True)
        (folder / "a.ndjson").write_text("\n".join(found), encoding="utf-8")
    nested = root / "events" / f"dt={FIRST}" / "c.ndjson"
    nested.write_text("\n".join(nested_lines()), encoding="utf-8")
    aside = root / "events" / f"dt={SECOND}" / "b.ndjson"
    aside.write_text("\n".join(aside_lines()), encoding="utf-8")
    (root / "suppressions" / f"dt={SECOND}").mkdir(parents=True)
    (root / "suppressions" / f"dt={SECOND}" / "list.csv").write_text(SUPPRESSIONS, encoding="utf-8")
    installation.build()
    return installation


@pytest.fixture(scope="module")
def open_channels(built: Installation) -> dict[str, set[str]]:
    """Return where each user may be written to."""
    with duckdb.connect(str(built.settings.build_db), read_only=True) as connection:
        rows = connection.execute(
            "select user_id, channel from intermediate.int_contacts where contact is not null"
            " and has_consent and not is_suppressed and not is_erased"
        ).fetchall()
    found: dict[str, set[str]] = {}
    for user, channel in rows:
        found.setdefault(user, set()).add(channel)
    return found


@pytest.mark.parametrize("user", USERS, ids=USERS.values())
def test_a_word_is_heard_however_it_is_written(
    open_channels: dict[str, set[str]], user: str
) -> None:
    assert open_channels.get(user, set()) == WORDS[USERS[user]][1]


@pytest.mark.parametrize(("number", "case"), enumerate(NESTED), ids=list(NESTED))
def test_a_no_is_heard_wherever_it_stands(
    open_channels: dict[str, set[str]], number: int, case: str
) -> None:
    closed = {place: ALL - open_channels.get(f"{place}{number}", set()) for place in PLACES}
    assert closed == dict.fromkeys(PLACES, NESTED[case][1])


@pytest.mark.parametrize("user", HELD)
def test_a_no_holds_for_the_address(open_channels: dict[str, set[str]], user: str) -> None:
    assert open_channels.get(user, set()) == HELD[user]


@pytest.mark.parametrize("user", ASIDE)
def test_a_no_in_a_line_set_aside_holds_until_a_later_yes(
    open_channels: dict[str, set[str]], user: str
) -> None:
    assert open_channels.get(user, set()) == ASIDE[user][1]


def test_a_no_in_a_line_set_aside_is_told(built: Installation) -> None:
    told = raw_days(built.settings, [date.fromisoformat(SECOND)])
    assert told["refusals_aside"].to_list() == [8]
    first = "b.ndjson line 29, bad_time"
    assert told["first_refusal_aside"].to_list() == [first]
    query = "select users, lines from marts.identity_exceptions where kind = 'aside'"
    heard = 8 + sum(bool(closed) for _, closed in NESTED.values())
    assert built.rows(query) == [(heard, heard)]
    assert not built.rows("select event from marts.event_names where event like 'Refusal%'")


def test_nobody_is_listed_where_they_may_not_be_written_to(
    built: Installation, open_channels: dict[str, set[str]]
) -> None:
    listed = built.rows("select user_id, channel from marts.recall_list")
    assert len(listed) > 5
    assert [row for row in listed if row[1] not in open_channels.get(row[0], set())] == []


def test_a_yes_to_what_nobody_knows_is_set_aside_with_its_reason(built: Installation) -> None:
    rows = list_quarantine(built.settings).to_pylist()
    rows = [row for row in rows if row["reason"] == "unknown_channel"]
    assert len(rows) == 2
    assert {row["load_date"] for row in rows} <= {date.fromisoformat(FIRST), date(2026, 1, 2)}


def test_a_word_is_compared_alike_where_it_is_judged_and_where_it_is_decided() -> None:
    from orchestration.dbt_project import SHIPPED

    macro = (SHIPPED / "macros" / "spelling.sql").read_text(encoding="utf-8")
    signs = [chr(code) for code in REPLACED]
    for sign in signs:
        assert sign in macro or f"\\u{ord(sign):04x}" in macro, ascii(sign)
    assert folded("\u3000Ｅ\u2013Mail\u200b ") == "e-mail"
    states = (SHIPPED / "macros" / "consent_events.sql").read_text(encoding="utf-8")
    assert f"return({list(STATES)})" in states
    [granted] = re.findall(r"""'granted': "(.*)",""", states)
    assert set(granted.strip("'").split("', '")) == SUBSCRIBED
    words = (SHIPPED / "models/intermediate/contacts/int_consent_words.sql").read_text("utf-8")
    [yes] = re.findall(r"granted in \('(.*)'\)", words)
    assert set(yes.split("', '")) == YES_WORDS
    assert "'" + "".join(sign for sign in " !_-.:/" if not event_word(sign)) + "', ''" in macro


@pytest.mark.parametrize("name", ["suppressions/2026-03-02/list.csv", "supressions/list.csv"])
def test_a_suppression_list_where_no_run_looks_stops_every_run_until_it_is_moved(
    copied: Installation, name: str
) -> None:
    path = copied.settings.landing_root / name
    path.parent.mkdir(parents=True)
    path.write_text("channel,address\nemail,ann@example.com\n")

    [problem] = problems_of(copied.run("2026-03-04").all_events, path)
    assert str(path.parent) in problem.where
    assert "suppressions/dt=YYYY-MM-DD" in problem.cure
    path.parent.rename(path.parent.with_name("_elsewhere"))
    assert copied.run("2026-03-04").success


def test_a_suppression_list_that_cannot_be_read_stops_every_run_until_it_is_mended(
    copied: Installation,
) -> None:
    path = copied.settings.landing_root / "suppressions" / "dt=2026-03-02" / "list.csv"
    path.parent.mkdir(parents=True)
    path.write_text("channel,address\nemail,ann@example.com\nemail,\n")

    assert not copied.run("2026-03-04").success
    assert not copied.run("2026-03-03").success
    path.write_text("channel,address\nemail,ann@example.com\n")
    assert copied.run("2026-03-04").success
    with duckdb.connect(str(copied.settings.build_db), read_only=True) as connection:
        query = "select channel, address from intermediate.int_suppressions"
        assert connection.execute(query).fetchall() == [("email", "ann@example.com")]
