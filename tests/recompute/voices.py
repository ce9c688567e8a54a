"""A seed -> what people of a shop tell it, in files of their own: no other line moves for them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

STATES = ["received", "considered", "Planned ", "done", "declined", "someday", "", None]
LATE = [0, 0, 0, 0, 1, 6]


class _Voices:
    def __init__(self, seed: int, users: Sequence[str], days: Sequence[date]) -> None:
        self.chance = Random(f"voices {seed}")  # noqa: S311 - the same each time
        self.seed, self.users, self.days = seed, users, days
        self.landed: dict[date, list[dict[str, Any]]] = {}
        self.number = 0

    def say(self, at: datetime, user: str, event: str, **properties: Any) -> None:
        """Land a line on the day it happened, or on a later one that landed too."""
        self.land(at, {"userId": user}, event, properties)

    def land(
        self, at: datetime, who: dict[str, Any], event: str, properties: dict[str, Any]
    ) -> None:
        self.number += 1
        arrived = at.date() + timedelta(self.chance.choice(LATE))
        day = next((day for day in self.days if day >= arrived), None)
        if day is not None:
            line = {"type": "track", "event": event, "properties": properties} | who
            line |= {"messageId": f"v{self.number}", "timestamp": f"{at.isoformat()}Z"}
            self.landed.setdefault(day, []).append(line)

    def moment(self) -> datetime:
        seconds = self.chance.randrange(86400)
        return datetime.combine(self.chance.choice(self.days), time()) + timedelta(seconds=seconds)

    def suggest(self) -> None:
        """Make suggestions, some twice or without an id, and answer some, also too early."""
        chance = self.chance
        for number in range(30):
            at, user, name = self.moment(), chance.choice(self.users), f"s{number % 26}"
            has_id = chance.random() < 0.8
            told = {"suggestion_id": f" {name}" if chance.random() < 0.1 else name}
            self.say(at, user, "Suggestion Submitted", **(told if has_id else {}))
            for _ in range(chance.choice([0, 0, 1, 2])):
                later = at + timedelta(minutes=chance.choice([-90, 30, 60, 5000]))
                state = chance.choice(STATES)
                word = {} if state is None else {"state": state}
                self.say(later, user, "Suggestion Answered", **(told if has_id else {}), **word)

    def crowd(self) -> None:
        """Let many go by one id, some by none, and trackers speak Chinese."""
        chance = self.chance
        for number in range(20):
            device = {"anonymousId": f"kiosk{number % 8}"}
            others = ["kiosk", "null", "undefined", None]
            user = {"userId": "kiosk" if number < 8 else chance.choice(others)}
            event = chance.choice(["浏览商品", "商品浏览", "打卡", "Kiosk Touched"])
            self.land(self.moment(), device | user, event, {})

    def ask(self) -> None:
        """Give feedback, and answer some in odd seeds alone: else nobody ever told of an answer."""
        for number in range(8):
            at, user, name = self.moment(), self.chance.choice(self.users), f"f{number % 7}"
            told = {"feedback_id": name} if number else {}
            self.say(at, user, "Feedback Submitted", **told)
            if self.chance.random() < 0.5 and self.seed % 2:
                self.say(at + timedelta(minutes=40), user, "Feedback Answered", **told)

    def suffer(self) -> None:
        """Let things fail, and some complain of it, each in their own words."""
        for _ in range(25):
            at, user = self.moment(), self.chance.choice(self.users)
            what = self.chance.choice(["Application Crashed", "Payment Failed", "Coupon Denied"])
            self.say(at, user, what)
            if self.chance.random() < 0.4:
                about = self.chance.choice([" Late", "price", None])
                word = {} if about is None else {"kind": about}
                self.say(at + timedelta(hours=1), user, "Complaint Opened", **word)

    def answer(self) -> None:
        """Let senders tell who subscribes, by states and texts, some of which nobody can read."""
        chance = self.chance
        for _ in range(12):
            at, user = self.moment(), chance.choice(self.users)
            state = chance.choice(["Unsubscribed", "opted_out", "Subscribed", "active", None])
            told = {} if state is None else {"status": state}
            told |= chance.choice([{"channel": "sms"}, {"channel": "E-mail"}, {}, {"plan": "pro"}])
            self.say(at, user, "Subscription Changed", **told)
            text = chance.choice([{"body": "Hello"}, {"message_body": " STOP! "}, {}])
            event = chance.choice(["smsReceived", "WhatsApp Received"])
            self.say(at + timedelta(hours=1), user, event, **text)

    def redeem(self) -> None:
        """Let one whom nobody ever saw redeem points, and no more: active, and no row of users."""
        for _ in range(4):
            self.say(self.moment(), "redeemer", "Points Redeemed", points=1)


def incidents(seed: int, users: Sequence[str], days: Sequence[date]) -> dict[date, list[str]]:
    """Return rows of incidents by the day they landed: one long over, one just begun, one vague."""
    chance = Random(f"incidents {seed}")  # noqa: S311
    early, late, last = days[len(days) // 3], days[-3], days[-1]

    def at(day: date, hour: int, more: int = 0) -> str:
        return f"{datetime.combine(day, time(hour)) + timedelta(minutes=more):%Y-%m-%dT%H:%M:%SZ}"

    def named(number: int) -> list[str]:
        return chance.sample(list(users), number)

    head = "incident_id,kind,started_at,ended_at,user_id,country,platform,event,duty,done_at"
    head += ",compensation"
    over = [head, f"over,outage,{at(early, 1)},{at(early, 15)},,CN,,,,,points"]
    over += [f"over,,,,{user},,,,,," for user in named(5)]
    over += [f"over,,,,,,,,apology,{at(early, 2, 30)},", f"over,,,,,,,,service,{at(early, 9)},"]
    begun = [head, f"begun,leak,{at(late, 0)},,,,ios,Order Completed,,,", "begun,,,,,DE,,,,,"]
    begun += [f"begun,,,,{user},,,,,," for user in named(8)]
    apology = at(late, 9).replace("Z", ".250+08:00")
    begun += [f"begun,,,,,,,,apology,{apology},Coupon"]
    vague = [head, *(f"vague,,,,{user},,,,,," for user in named(4)), "vague,,,,,,,,review,,A yacht"]
    ended = [head, f"over,,,{at(early, 20)},,,,,,,Coupon"]
    ended += [f"over,,,,,,,,review,{at(early, 23)},"]
    landed = {early: over, days[len(days) // 2]: ended}
    landed[late] = begun
    landed[last] = vague
    return landed


def lines(
    seed: int, users: Sequence[str], days: Sequence[date]
) -> dict[date, list[dict[str, Any]]]:
    """Return the lines of each landed day that has any."""
    voices = _Voices(seed, users, days)
    voices.suggest()
    voices.ask()
    voices.redeem()
    voices.chance = Random(f"crowd {seed}")  # noqa: S311 - what is said before stays as it is
    voices.crowd()
    voices.suffer()
    voices.answer()
    return voices.landed
