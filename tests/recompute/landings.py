"""A seed -> a small shop's landing in which everything goes wrong that goes wrong in shops."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.recompute import voices

FIRST = date(2025, 12, 29)
ZONE = ZoneInfo("Asia/Shanghai")
BROWSING = ["Product Viewed", "Product Viewed", "Products Searched", "Product Clicked", "Danced"]
TAKING_PART = [
    "Content Liked",
    "Content Commented",
    "Product Shared",
    "Product Reviewed",
    "Checked In",
    "Task Completed",
    "Quick Look",
]
CURRENCIES = [None, None, "CNY", "CNY", "CNY", "USD", "USD", "EUR", "JPY", "KWD", "CHF", "usd"]
CHANNELS = ["email", "sms", "push", "wechat_oa"]
SPELLINGS = {
    "email": ["email", "EMAIL", "E-mail", " email "],
    "sms": ["sms", "SMS", "Sms"],
    "push": ["push", "PUSH"],
    "wechat_oa": ["wechat_oa", "Wechat_OA"],
}
YES, NO = [True, 1, "yes", "true", "Y"], [False, 0, "no", "false", "N", "withdrawn", "opt-out"]
RULES = {
    "fx_rates": [
        "currency,valid_from,rate",
        "CNY,1970-01-01,1",
        "USD,1970-01-01,7.10",
        "USD,2026-01-15,7.0333",
        "USD,2026-02-10,7.2549",
        "EUR,1970-01-01,7.80",
        "EUR,2026-02-01,7.6512",
        "JPY,1970-01-01,0.048",
        "KWD,1970-01-01,23.0777",
    ],
    "care_rules": [
        "list,name_en,name_zh,tiers,min_silent_days,min_login_days,min_score,source_id",
        "high_value_silent,,,diamond>gold>silver,5,,,S3-2",
        "high_potential,,,,,2,,S3-37",
        "high_potential_dormant,,,,20,,30,S3-10",
        "core,,,,,,,S2-10",
        "koc,,,,,,,S1-12",
        "incident_affected,,,,,,,S3-30",
        "points_extension,,,diamond>gold>silver>bronze,,,,S2-17",
        "survey,,,,,,,S0-10",
    ],
    # Of any Sunday on which one may have opened, and of some that were none.
    "alert_acknowledgements": [
        "alert,dimension_value,opened_on,acknowledged_on,note",
        *(
            f"{alert},{FIRST + timedelta(7 * week + 6)},{FIRST + timedelta(7 * week + 9)},{note}"
            for alert, note in [("wau_down_in_total,", "calling them"), ("any_channel,ads", "Li")]
            for week in range(0, 18, 2)
        ),
    ],
    "core_rules": [
        "rule_set,name_en,name_zh,phase,valid_from,is_in_force,min_weekly_logins,min_session_minutes,"
        "min_monthly_spend,min_contributions,source_id",
        "all_three,,,*,1970-01-01,true,1,8,50,,S2-10",
        "all_three,,,*,2026-02-08,true,1,5,20.5,,S2-11",
        "maker,,,seed,1970-01-01,true,,,,4,S2-12",
        "maker,,,growth,1970-01-01,true,,,,9,S2-12",
        "often,,,*,2026-02-01,false,2,,,,S2-11",
    ],
    "benchmarks": ["kpi,benchmark,told_by", "share_rate,0.3,a guess"],
    # Shops as young as these bring nobody far.
    "level_bands": ["level,from_score,source_id", "seed,0,", "sprout,60,", "tree,110,"],
    "benefits": [
        "benefit,min_score,min_tier,min_points,quota,period,unit_cost,source_id",
        "free_shipping,40,,,2,month,8,",
        "luxury_gift,30,silver,20,1,year,300,",
        "road_rescue,60,,,,ever,0,",
    ],
    "rewards": [
        "reward,kind,valid_from,valid_to",
        "wheel,check_in,2026-01-12,2026-01-25",
        "again,check_in,2026-02-02,",
        "quests,task,2026-01-20,2026-02-05",
        "gift,coupon,2026-01-10,2026-01-20",
        "later,task,2027-01-01,",
    ],
    "releases": [
        "release,feature,released_on",
        "v2,Quick Look,2026-01-27",
        "v2,Product Viewed,2026-01-27",
        "v1,Quick Look,2026-01-05",
        "v3,Nobody Does,2026-01-27",
        "v4,Quick Look,2027-01-01",
    ],
    "excluded_users": ["kind,trait,pattern", "user_id,,bot*", "email_domain,,staff.example"],
}
# Pairs of things, and habits to break, in shops of so few people.
OWN_TERMS = [
    ("pair_min_users", "5", "2"),
    ("pair_items", "200", "7"),
    ("anomaly_min_days", "7", "3"),
    ("anomaly_deviations", "3", "1"),
    ("anomaly_min_events", "20", "5"),
    ("decline_weeks", "3", "2"),
    ("programme_holdout_share", "", "0.4"),
    ("identity_hub_limit", "1000", "6"),
]
OWN_ROLES = [
    "PayOrder,purchase",
    "MoneyBack,refund",
    "OrderVoided,cancel",
    "Quick Look,feature",
    "Beat,",
]
OWN_ALERTS = [
    "any_channel,,,wau,channel,,week,falls,0.05,1,,,low,false,look,,",
    "one_step,,,funnel_conversion,funnel_step,cart_to_order/2,day,below,0.8,2,,,low,true,look,,",
    "more_complaints,,,complaints,,,day,spike,1,1,7,1,medium,false,look,,",
]


class Shop:
    """One shop, told by chance: what happens, and when it arrives."""

    def __init__(self, seed: int, people: int, days: int) -> None:
        self.random = Random(seed)  # noqa: S311 - the same shop each time
        self.waits = Random(seed + 1000)  # noqa: S311 - of its own: the shop stays as it is
        self.days = days
        self.last = FIRST + timedelta(days=days - 1)
        self.arrivals: dict[date, list[dict[str, Any]]] = {}
        self.orders: list[tuple[str, str, datetime, Any, str | None]] = []
        self.number = 0
        chance = self.random
        self.missing = set(
            chance.sample([FIRST + timedelta(days=k) for k in range(3, days - 1)], 3)
        )
        self.users = [f"u{k}" for k in range(people)]
        self.shared = [f"home{k}@Example.com" for k in range(3)]
        for number in range(people):
            self.live(number)
        self.join()
        self.misuse()
        # By dice of their own: whoever adds to the shop leaves what others made of it.
        for number, tell in enumerate([self.reward, self.describe, self.grow]):
            self.random = Random(f"{seed}/{number}")  # noqa: S311
            tell()
        self.random = chance

    def chances(self, share: float) -> bool:
        return self.random.random() < share

    def say(
        self, at: datetime, who: dict[str, Any], event: str, **properties: Any
    ) -> dict[str, Any]:
        """Let a tracker send a line, and something happen to it on its way."""
        if event in {"page", "screen"}:
            line: dict[str, Any] = {"type": event}
            properties |= self.wait()
        else:
            line = {"type": "track", "event": event}
        return self.send(line | who | ({"properties": properties} if properties else {}), at)

    def wait(self) -> dict[str, Any]:
        """Say how long a page took to load, in the ways pages do."""
        chance = self.waits
        if chance.random() < 0.4:
            return {}
        name = chance.choice(["load_time_ms", "loadTime", "load_time_seconds", "load_ms"])
        took = chance.choice([0, 120, 999.5, 1000, "2500", 3000, 7999, 8000, "soon", -3, None])
        return {name: took} | ({"page_load_ms": 1500} if chance.random() < 0.1 else {})

    def send(self, line: dict[str, Any], at: datetime) -> dict[str, Any]:
        chance = self.random
        self.number += 1
        stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = line | {"messageId": f"m{self.number:06}"}
        if self.chances(0.05):
            original, sent = at + timedelta(hours=3), at + timedelta(hours=3, seconds=5)
            received = at + timedelta(seconds=5)
            line |= {"originalTimestamp": original.isoformat(), "sentAt": sent.isoformat()}
            line |= {"receivedAt": received.isoformat()}
        else:
            line["timestamp"] = stamp
        arrived = at.astimezone(ZONE).date()
        if self.chances(0.06):
            arrived += timedelta(days=chance.choice([1, 1, 2, 3, 9, 20]))
        self.arrive(line, arrived)
        if self.chances(0.03):
            self.arrive(line, arrived + timedelta(days=chance.choice([0, 1, 5])))
        if self.chances(0.01):
            other = line | {"userId": chance.choice(self.users), "context": {"trick": self.number}}
            self.arrive(other, arrived + timedelta(days=chance.choice([1, 4])))
        return line

    def arrive(self, line: dict[str, Any], day: date) -> None:
        while day in self.missing and self.chances(0.5):
            day += timedelta(days=1)
        if day <= self.last and day not in self.missing:
            self.arrivals.setdefault(day, []).append(line)

    def moment(self, day: int) -> datetime:
        """Choose a time of a local day; often late in the evening, where midnight is near."""
        hour = self.random.choice([7, 9, 12, 13, 18, 20, 21, 22, 23, 23])
        local = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), ZONE)
        seconds = self.random.randrange(3600)
        return (local + timedelta(hours=hour, seconds=seconds)).astimezone(UTC)

    def live(self, number: int) -> None:
        """Tell one person's life: stretches of presence between silences."""
        chance = self.random
        self.kind = chance.choice(["buyer", "buyer", "buyer", "looker", "visitor", "ghost"])
        self.user = f"u{number}" if number % 11 else f"bot{number}"
        self.device = f"d{number}"
        day = chance.randrange(min(self.days - 1, 60)) if self.chances(0.7) else 0
        self.signed_up = False
        while day < self.days:
            stretch = chance.choice([1, 1, 3, 10, 25])
            often = chance.choice([0.3, 0.6, 0.95])
            for at in range(day, min(day + stretch, self.days)):
                if self.chances(often):
                    self.visit(at)
            day += stretch + chance.choice([1, 5, 29, 30, 31, 45, 60, 61, 62, 75, 91, 95])
        if self.signed_up:
            self.hear()

    def who(self, *, is_known: bool) -> dict[str, Any]:
        chance = self.random
        known = {"userId": self.user} if is_known else {}
        device = {} if is_known and self.chances(0.4) else {"anonymousId": self.device}
        context: dict[str, Any] = {}
        if self.chances(0.3):
            context["device"] = {"type": chance.choice(["ios", "android", "web"])}
        if self.chances(0.3):
            context["location"] = {"country": chance.choice(["CN", "CN", "US", "DE"])}
        if self.chances(0.15):
            context["campaign"] = {"source": chance.choice(["newsletter", "ads", "crm"])}
        return known | device | ({"context": context} if context else {})

    def visit(self, day: int) -> None:
        chance = self.random
        at = self.moment(day)
        if self.kind == "visitor":
            is_known = False
        elif not self.signed_up:
            self.sign_up(at)
            is_known = True
        else:
            is_known = self.chances(0.85)
            if self.chances(0.2):
                self.say(at, self.who(is_known=True), "Signed In")
        for _ in range(chance.choice([1, 2, 4, 8])):
            at += timedelta(seconds=chance.choice([0, 7, 90, 600, 1500, 1800, 1801, 4000]))
            event = chance.choice(BROWSING * 3 + TAKING_PART + ["page", "screen", "Beat"])
            who = self.who(is_known=is_known)
            if event.startswith("Content"):
                self.say(at, who, event, content_id=f"c{chance.randrange(9)}")
            else:
                self.say(at, who, event, product_id=f"p{chance.randrange(9)}")
        if self.kind == "buyer" and self.chances(0.5):
            self.shop(at, is_known=is_known)
        if self.chances(0.15):
            self.opine(at, is_known=is_known)

    def sign_up(self, at: datetime) -> None:
        chance = self.random
        self.signed_up = True
        traits: dict[str, Any] = {"name": f"Name {self.user}"}
        if self.chances(0.8):
            domain = "Staff.example" if self.chances(0.06) else "example.com"
            own = f"{self.user}@{domain}"
            traits["email"] = chance.choice(
                [own, own.upper(), f" {own} ", chance.choice(self.shared)]
            )
        if self.chances(0.6):
            digits = f"139{int(self.device[1:]):08}"
            traits["phone"] = chance.choice(
                [digits, f"+86{digits}", f"0086{digits}", f"+86 {digits}"]
            )
        if self.chances(0.5):
            traits["push_token"] = f"token-{self.user}"
        who = self.who(is_known=True) | {"anonymousId": self.device}
        self.send({"type": "identify", "traits": traits} | who, at)
        if self.chances(0.8):
            self.say(at + timedelta(seconds=3), self.who(is_known=True), "Signed Up")
        if self.chances(0.6):
            for channel in chance.sample(CHANNELS, chance.choice([1, 2, 4])):
                self.consent(at + timedelta(seconds=9), channel, is_yes=self.chances(0.85))

    def consent(self, at: datetime, channel: str | None, *, is_yes: bool) -> None:
        said: dict[str, Any] = {"granted": self.random.choice(YES if is_yes else NO)}
        if channel is not None:
            said["channel"] = self.random.choice(SPELLINGS.get(channel, [channel]))
        self.say(at, self.who(is_known=True), "Consent Changed", **said)

    def shop(self, at: datetime, *, is_known: bool) -> None:
        chance = self.random
        who = self.who(is_known=is_known)
        product = {
            "product_id": f"p{chance.randrange(9)}",
            "category": chance.choice(["a", "b", "c"]),
        }
        for event in ["Product Added", "Checkout Started", "Payment Info Entered"]:
            at += timedelta(seconds=chance.choice([5, 60, 900, 100000]))
            if self.chances(0.2):
                return
            self.say(at, who, event, **product)
        at += timedelta(seconds=chance.choice([5, 60, 900]))
        order, currency = f"o{self.number}", chance.choice(CURRENCIES)
        price = chance.choice([1, 9.99, 20.5, 33.333, 100, 149.45, 777.77, 1234.5678])
        goods = [product | {"price": price, "quantity": chance.choice([1, 2, 3])}]
        said: dict[str, Any] = {"order_id": order} | ({"currency": currency} if currency else {})
        amount = self.amount(price, goods)
        event = "PayOrder" if self.chances(0.2) else "Order Completed"
        if self.chances(0.04):
            said.pop("order_id")
            self.say(at, who, event, **said, **amount)
            return
        self.say(
            at, who, event, **said, **amount, **({"coupon": "SPRING"} if self.chances(0.2) else {})
        )
        if self.chances(0.1):
            again = {"revenue": price + 1} if self.chances(0.4) else amount
            other = {"userId": chance.choice(self.users)} if self.chances(0.2) else who
            later = at + timedelta(hours=chance.choice([-1, 1, 30]))
            self.say(later, other, event, **said, **again)
        if self.chances(0.45):
            self.take_back(at, who, order, currency, price, goods)

    def amount(self, price: float, goods: list[dict[str, Any]]) -> dict[str, Any]:
        unknown: list[dict[str, Any]] = [
            {},
            {"products": [{"product_id": "p1"}]},
            {"revenue": None},
        ]
        return self.random.choice(
            [
                {"revenue": price},
                {"revenue": price, "total": price + 8},
                {"total": price},
                {"value": str(price)},
                {"products": goods},
                {"revenue": price, "products": goods},
                unknown[self.random.randrange(3)] if self.chances(0.5) else {"revenue": price},
            ]
        )

    def take_back(
        self,
        at: datetime,
        who: dict[str, Any],
        order: str,
        currency: str | None,
        price: float,
        goods: list[dict[str, Any]],
    ) -> None:
        """Refund an order in parts, by goods, whole, too early or too much; or cancel it."""
        chance = self.random
        for _ in range(chance.choice([1, 1, 2, 3])):
            later = at + timedelta(hours=chance.choice([1, 2, 20, 50, 300]))
            if self.chances(0.08):
                later = at - timedelta(hours=chance.choice([2, 40]))
            said: dict[str, Any] = {"order_id": order if self.chances(0.94) else f"x{self.number}"}
            how = chance.randrange(7)
            if how == 0:
                event = "OrderVoided" if self.chances(0.3) else "Order Cancelled"
                self.say(later, who, event, **said)
                continue
            if how == 1:
                said |= {"products": goods[:1]}
            elif how == 2:
                said |= {
                    "products": [
                        {"product_id": "p1", "price": 1.11},
                        {"product_id": "p2", "price": 2},
                    ]
                }
            elif how == 3:
                said |= {"products": [{"product_id": "p1"}]}
            elif how in {4, 5}:
                part = price * chance.choice([0.1, 0.333, 0.5, 0.667, 1, 1, 1.5])
                said |= {chance.choice(["total", "revenue", "value"]): round(part, 4)}
            if self.chances(0.5) and currency:
                said["currency"] = currency
            elif self.chances(0.1):
                said["currency"] = chance.choice(["USD", "CNY", "CHF"])
            self.say(later, who, "MoneyBack" if self.chances(0.2) else "Order Refunded", **said)

    def opine(self, at: datetime, *, is_known: bool) -> None:
        chance = self.random
        who = self.who(is_known=is_known)
        what = chance.randrange(6)
        if what == 0:
            self.say(
                at,
                who,
                "Survey Answered",
                survey="nps",
                score=chance.choice([0, 6, 7, 9, 10, 10, 11]),
            )
        elif what == 1:
            self.say(at, who, "Complaint Opened", complaint_id=f"k{self.number}", kind="late")
            if self.chances(0.7):
                closed = at + timedelta(minutes=chance.choice([30, 600, 3000]))
                self.say(closed, who, "Complaint Closed", complaint_id=f"k{self.number - 1}")
        elif what == 2:
            self.say(at, who, "Invite Sent")
        elif what == 3:
            self.say(at, who, "Invite Accepted", inviter_id=chance.choice(self.users))
        elif what == 4:
            self.say(at, who, "Content Published", content_id=f"c{self.number}")
        else:
            self.say(at, who, "Points Earned", points=10, lot_id=f"l{self.number}")

    def hear(self) -> None:
        """Let the shop write to a person, and the person answer, refuse, leave or return."""
        chance = self.random
        who = {"userId": self.user}
        for _ in range(chance.choice([0, 1, 3, 6])):
            at = self.moment(chance.randrange(self.days))
            channel = chance.choice(CHANNELS)
            common = {"channel": channel, "cost": chance.choice([0.01, 0.05, 0.3])}
            self.say(at, who, "Message Sent", **common)
            for event in ("Message Delivered", "Message Opened", "Message Clicked"):
                at += timedelta(minutes=chance.choice([1, 90, 1000]))
                if self.chances(0.5):
                    break
                self.say(at, who, event, channel=channel)
        for _ in range(chance.choice([0, 0, 1, 2])):
            at = self.moment(chance.randrange(self.days))
            event = chance.choice(
                [
                    "Unsubscribed",
                    "Email Marked as Spam",
                    "Email Bounced",
                    "Email Delivered",
                    "Email Opened",
                ]
            )
            self.say(at, who, event, **({"type": "soft"} if self.chances(0.2) else {}))
        if self.chances(0.3):
            at = self.moment(chance.randrange(self.days))
            channel = chance.choice([*CHANNELS, "all", None, "pigeon", "carrier pigeon"])
            self.consent(at, channel, is_yes=self.chances(0.4))
        if self.chances(0.12):
            at = self.moment(chance.randrange(self.days))
            self.say(at, who, "User Deleted")
            if self.chances(0.4):
                self.consent(at + timedelta(days=2), chance.choice(CHANNELS), is_yes=True)

    def join(self) -> None:
        """Let accounts turn out to be one: chains, and a ring."""

        def alias(day: int, previous: str, user: str) -> None:
            line = {"type": "alias", "previousId": previous, "userId": user}
            self.send(line, self.moment(day))

        names = self.random.sample(self.users[1:], 8)
        for day, (previous, user) in zip(
            (5, 9, 20, 21, 30, 31),
            [*pairwise(names[:3]), (names[3], names[4]), (names[4], names[3])],
            strict=False,
        ):
            alias(min(day, self.days - 1), previous, user)
        alias(min(12, self.days - 1), "d-old", names[5])
        self.send({"type": "track", "event": "Danced", "anonymousId": "d-old"}, self.moment(2))

    def misuse(self) -> None:
        """Say what nobody can take at its word."""
        at = self.moment(10)
        self.say(at, {"userId": self.users[1]}, "Order Completed", order_id="bad1", revenue=-5)
        self.say(
            at,
            {"userId": self.users[1]},
            "Order Completed",
            order_id="bad2",
            revenue=5,
            currency="XXQ",
        )
        self.say(at, {"userId": self.users[2]}, "Order Refunded", order_id="nowhere", total=12.5)
        self.say(
            at,
            {"userId": self.users[2]},
            "Order Refunded",
            order_id="nowhere",
            currency="CHF",
            total=3,
        )
        self.say(at, {"userId": self.users[3]}, "Order Refunded", order_id="nobody")
        self.say(at, {"userId": "catalogue"}, "Product Price Changed", product_id="p1", price=9)

    def reward(self) -> None:
        """Promise points to people: some that expire, some that do not, in any order."""
        chance = self.random
        for user in chance.sample(self.users, len(self.users) // 2):
            who = {"userId": user}
            how = chance.choice(["dated", "dated", "lasting", "mixed"])
            lots: list[str | None] = []
            for _ in range(chance.choice([1, 2, 5, 9])):
                at = self.moment(chance.randrange(self.days))
                lot = chance.choice([f"lot{self.number}", None, *lots[-1:]])
                lots.append(lot)
                said: dict[str, Any] = {
                    "points": chance.choice([10, 5, 100, "25", 12.345, 40, -3, "many", None])
                }
                if how == "dated" or (how == "mixed" and self.chances(0.5)):
                    until = at + timedelta(days=chance.choice([-2, 1, 5, 9, 9, 30, 45]))
                    local = until.astimezone(ZONE)
                    said["expires_at"] = chance.choice(
                        [until.isoformat(), local.isoformat(), f"{local:%Y-%m-%d}", "soon"]
                    )
                self.say(at, who, "Points Earned", **said, lot_id=lot)
            for _ in range(chance.choice([0, 2, 6])):
                at = self.moment(chance.randrange(self.days))
                lot = chance.choice([*lots, "lost"])
                points = chance.choice([5, 5, -5, 10, 17.5, 60, 0])
                event = chance.choice(["Redeemed", "Redeemed", "Expired", "Extended"])
                until = at + timedelta(days=chance.choice([-1, 3, 20]))
                more = {"expires_at": until.isoformat()} if event == "Extended" else {}
                self.say(at, who, "Product Viewed", product_id="p1")
                self.say(at, who, f"Points {event}", points=points, lot_id=lot, **more)

    def describe(self) -> None:
        """Let people say who they are, and say it again otherwise; and look for something."""
        chance = self.random
        for number in range(len(self.users)):
            at = FIRST + timedelta(days=chance.randrange(self.days))
            traits = {
                "gender": chance.choice(["F", " f", "m", "", None]),
                "age": chance.choice([17, 18, "24", 24.9, 45, "old", -1, None, ""]),
                "birthday": chance.choice(["2001-01-20", "1981-02-03", "2008-02-10"]),
                "occupation": chance.choice(["Nurse", "cook", "  "]),
            }
            moment = datetime.combine(at, datetime.min.time(), UTC) + timedelta(hours=5)
            line = {
                "type": "identify",
                "userId": chance.choice(self.users),
                "messageId": f"t{number:04}",
                "timestamp": moment.isoformat(),
                "traits": traits,
            }
            words = {"type": "track", "event": "Products Searched"} | {
                name: line[name] for name in ("userId", "timestamp")
            }
            query = chance.choice(["tea", " Tea", "pot", ""])
            search = words | {"messageId": f"q{number:04}", "properties": {"query": query}}
            if at not in self.missing:
                self.arrivals.setdefault(at, []).extend([line, search])

    def grow(self) -> None:
        """Let people do tasks, again too, and use what they may and what they may not."""
        chance = self.random
        for user in chance.sample(self.users, len(self.users) // 3):
            for _ in range(chance.choice([1, 2, 4])):
                at = self.moment(chance.randrange(self.days))
                task = chance.choice(["complete_profile", " first_favourite", "dance", None])
                self.say(at, {"userId": user}, "Task Completed", task=task)
            for _ in range(chance.choice([0, 1, 5])):
                at = self.moment(chance.randrange(self.days))
                benefit = chance.choice(["free_shipping", "free_shipping", "luxury_gift", "a cake"])
                self.say(at, {"userId": user}, "Benefit Used", benefit=benefit)

    def suppressed(self) -> list[str]:
        """Name some people, and some addresses, whom nobody may write to."""
        some = self.random.sample(self.users, 4)
        day = self.last - timedelta(days=9)
        return [
            f"email,{some[0].upper()}@example.com,,{day},complaint",
            f"SMS,0086139{int(some[1][1:]):08},,{day},complaint",
            f"push,,{some[2]},{day},asked",
            f"email,,{some[3]},{self.last + timedelta(days=30)},from next month on",
        ]


def write(
    home: Path, seed: int, *, people: int = 40, days: int = 70, rules: bool = True
) -> list[date]:
    """Lay a shop's lines and rules into a home; return the days that landed."""
    shop = Shop(seed, people, days)
    for day, lines in shop.arrivals.items():
        folder = home / "landing" / "events" / f"dt={day}"
        folder.mkdir(parents=True, exist_ok=True)
        shop.random.shuffle(lines)
        half = len(lines) // 3
        for name, part in (("part-2", lines[:half]), ("part-10", lines[half:])):
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in part)
            (folder / f"{name}.ndjson").write_text(text, encoding="utf-8")
    for day, lines in voices.lines(seed, shop.users, sorted(shop.arrivals)).items():
        text = "".join(json.dumps(line) + "\n" for line in lines)
        path = home / "landing" / "events" / f"dt={day}" / "voices.ndjson"
        path.write_text(text, encoding="utf-8")
    spend(home, seed, sorted(shop.arrivals))
    land_incidents(home, voices.incidents(seed, shop.users, sorted(shop.arrivals)))
    folder = home / "landing" / "suppressions" / f"dt={max(shop.arrivals)}"
    folder.mkdir(parents=True)
    rows = ["channel,address,user_id,since,reason", *shop.suppressed()]
    (folder / "held.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    if rules:
        write_rules(home)
    return sorted(shop.arrivals)


def spend(home: Path, seed: int, days: list[date]) -> None:
    """Land what was spent: late, twice, corrected, and of some days not at all."""
    chance = Random(f"spend {seed}")  # noqa: S311 - the same shop each time
    header = "date,channel,campaign,amount,currency"
    told: dict[date, list[str]] = {}
    for day in days:
        if chance.random() < 0.15:
            continue
        for channel in chance.sample(["ads", "Newsletter", " ADS ", "电视", "NEWSLETTER"], 3):
            amount = chance.choice(["0", "12.5", "80", "7.3333", "1000"])
            currency = chance.choice(["", "CNY", "USD", "JPY", "CHF"])
            row = f"{day},{channel},{chance.choice(['', 'spring', 'Spring'])},{amount},{currency}"
            for _ in range(chance.choice([1, 1, 2])):
                told.setdefault(chance.choice([day, day, *days[-9:]]), []).append(row)
                row = row if chance.random() < 0.5 else row.replace(f",{amount},", ",33.30,")
    for day, rows in told.items():
        folder = home / "landing" / "spend" / f"dt={day}"
        folder.mkdir(parents=True)
        for name, part in (("b", rows[::2]), ("a", rows)):
            (folder / f"{name}.csv").write_text("\n".join([header, *part, ""]), encoding="utf-8")


def land_incidents(home: Path, told: dict[date, list[str]]) -> None:
    for day, rows in told.items():
        folder = home / "landing" / "incidents" / f"dt={day}"
        folder.mkdir(parents=True)
        (folder / "told.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def write_rules(home: Path, more_terms: Sequence[tuple[str, str, str]] = ()) -> None:
    """Put an installation's own rules in place of the shipped ones; a term is name, old, own."""
    folder = home / "rules"
    folder.mkdir(parents=True, exist_ok=True)
    shipped = Path(__file__).parents[2] / "dbt_project" / "seeds" / "rules"
    for name, rows in RULES.items():
        if (shipped / f"{name}.csv").exists():
            (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    roles = (shipped / "event_roles.csv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    roles += OWN_ROLES
    (folder / "event_roles.csv").write_text("\n".join(roles) + "\n", encoding="utf-8")
    alerts = (shipped / "alert_rules.csv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    text = "\n".join([*alerts, *OWN_ALERTS]) + "\n"
    (folder / "alert_rules.csv").write_text(text, encoding="utf-8")
    terms = (shipped / "parameters.csv").read_text(encoding="utf-8")
    for name, value, own in [*OWN_TERMS, *more_terms]:
        assert f"\n{name},{value}," in terms, name
        terms = terms.replace(f"\n{name},{value},", f"\n{name},{own},")
    (folder / "parameters.csv").write_text(terms, encoding="utf-8")


if __name__ == "__main__":
    import sys

    write(Path(sys.argv[1]), int(sys.argv[2]))
