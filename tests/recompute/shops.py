"""A seed -> a small shop in which everything goes wrong that goes wrong in shops."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from tests.recompute.tellers import FIRST, ZONE, Teller

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


class Shop(Teller):
    """One shop, told by chance: what happens, and when it arrives."""

    def __init__(self, seed: int, people: int, days: int) -> None:
        super().__init__(seed, people, days)
        chance = self.random
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
