"""The simulator: the same bytes again, every event, lines that parse, stories that hold."""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from warehouse.errors import UserError
from warehouse.simulate.rules import write_rules
from warehouse.simulate.run import SimulationReport, simulate
from warehouse.simulate.truths import CRASHES, NOTHING, REWARD, TRUTHS, Truths
from warehouse.simulate.window import Window

USERS, DAYS = 300, 60
# With little planted: other causes take orders away, and with them some of the ways to return one.
CAUSES = Truths(reward=REWARD, crashes=CRASHES)
FILE = "events-00.ndjson.gz"
EVENT_NAMES = """
Points Earned, Points Redeemed, Points Expired, Points Extended, Level Changed, Checked In,
Task Completed, Survey Answered, Complaint Opened, Complaint Closed, Suggestion Submitted,
Invite Sent, Invite Accepted, Content Published, Content Liked, Content Commented, Message Sent,
Message Delivered, Message Opened, Message Clicked, Message Failed, Product Price Changed,
Consent Changed, User Deleted, Signed Up, Signed In, Product Viewed, Product List Viewed,
Products Searched, Product Added, Product Removed, Product Shared, Product Reviewed,
Product Added to Wishlist, Cart Viewed, Checkout Started, Payment Info Entered, Order Completed,
Order Refunded, Order Cancelled, Coupon Applied, Promotion Viewed, Promotion Clicked,
Email Delivered, Email Opened, Email Link Clicked, Email Bounced, Email Marked as Spam,
Unsubscribed, SMS Delivered, SMS Link Clicked, Push Notification Received,
Push Notification Tapped, Push Notification Bounced, Lottery Entered,
Benefit Used, Suggestion Answered, Application Crashed
"""
CHINA = timedelta(hours=8)
MAIL_DOMAINS = ("@example.com", "@staff.example.com")
CHANNELS = {"email", "sms", "push", "wechat_oa"}

Line = dict[str, Any]


def parsed(raw: bytes) -> Line | None:
    try:
        return json.loads(raw)
    except ValueError:
        return None


class World:
    """One simulated landing root, read back with nothing but the standard library."""

    def __init__(self, root: Path, report: SimulationReport) -> None:
        self.root = root
        self.report = report
        self.raw = [
            (folder.name.removeprefix("dt="), raw)
            for folder in sorted((root / "events").iterdir())
            for raw in gzip.decompress((folder / FILE).read_bytes()).splitlines()
        ]
        self.received = [(day, line) for day, raw in self.raw if (line := parsed(raw)) is not None]
        unspoiled = [line for _, line in self.received if not line["messageId"].startswith("bad-")]
        self.events = list({line["messageId"]: line for line in unspoiled}.values())
        self.repeated = len(unspoiled) - len(self.events)

    def named(self, *names: str) -> list[Line]:
        return [line for line in self.events if line.get("event") in names]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    root = tmp_path_factory.mktemp("landing")
    return World(root, simulate(root, users=USERS, days=DAYS, seed=7, truths=CAUSES))


def instant(line: Line, key: str = "timestamp") -> datetime:
    return datetime.fromisoformat(line[key])


def cents(amount: float) -> int:
    return round(amount * 100)


def first_by(lines: Iterable[Line], *keys: str) -> dict[tuple[Any, ...], Line]:
    """Index lines by properties (and the user); the earliest wins."""
    index: dict[tuple[Any, ...], Line] = {}
    for line in sorted(lines, key=instant):
        index.setdefault(tuple(line["properties"][key] for key in keys), line)
    return index


def mailboxes_of(world: World) -> dict[str, set[str]]:
    """Who reads the mails to each user: all who gave the same address."""
    readers: dict[str, set[str]] = defaultdict(set)
    addresses = {
        line["userId"]: line["traits"]["email"]
        for line in world.events
        if line["type"] == "identify" and "email" in line["traits"]
    }
    for user_id, address in addresses.items():
        readers[address].add(user_id)
    return defaultdict(set, {user: readers[address] for user, address in addresses.items()})


def closed_at(world: World) -> dict[tuple[str, str], datetime]:
    """When each user first said no to each channel, read as the definitions read it."""
    closed: dict[tuple[str, str], datetime] = {}
    for line in world.events:
        said = line.get("properties", {})
        match line.get("event"):
            case "Consent Changed" if said["granted"] is not True:
                named = said.get("channel", "all").lower()
                channels = {named} if named in CHANNELS else CHANNELS
            case "Unsubscribed" | "Email Marked as Spam":
                channels = {"email"}
            case "Email Bounced" if said["type"] == "hard":
                channels = {"email"}
            case "User Deleted":
                channels = CHANNELS
            case _:
                continue
        for channel in channels:
            key = line["userId"], channel
            closed[key] = min(closed.get(key, instant(line)), instant(line))
    return closed


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


class TestTheFiles:
    def test_the_same_arguments_give_the_same_bytes(self, world: World, tmp_path: Path) -> None:
        simulate(tmp_path, users=USERS, days=DAYS, seed=7, truths=CAUSES)
        assert files(tmp_path) == files(world.root)

    def test_another_seed_gives_other_events(self, world: World, tmp_path: Path) -> None:
        simulate(tmp_path, users=USERS, days=DAYS, seed=8, truths=CAUSES)
        assert files(tmp_path) != files(world.root)

    def test_every_day_has_a_file_and_says_it_is_complete(self, world: World) -> None:
        folders = sorted((world.root / "events").iterdir())
        days = [f"dt={date(2026, 1, 1) + timedelta(days=number)}" for number in range(DAYS)]
        assert [folder.name for folder in folders] == days
        for folder in folders:
            assert {path.name for path in folder.iterdir()} == {"_SUCCESS", FILE}
            assert (folder / "_SUCCESS").stat().st_size == 0

    def test_a_plain_run_takes_the_place_of_a_compressed_one(self, tmp_path: Path) -> None:
        simulate(tmp_path, users=20, days=4, seed=1)
        packed = {
            name: gzip.decompress(data) for name, data in files(tmp_path / "events").items() if data
        }
        simulate(tmp_path, users=20, days=4, seed=1, compress=False)
        plain = {f"{name}.gz": data for name, data in files(tmp_path / "events").items() if data}
        assert plain == packed

    def test_a_line_lies_in_the_folder_of_the_day_it_was_received(self, world: World) -> None:
        for day, line in world.received:
            assert line["receivedAt"].startswith(day)

    @pytest.mark.parametrize(("users", "days"), [(1, 1), (1, 40), (3, 2), (700, 3)])
    def test_small_and_short_worlds_work_too(self, users: int, days: int, tmp_path: Path) -> None:
        report = simulate(tmp_path, users=users, days=days, seed=3, start=date(2024, 2, 28))
        tiny = World(tmp_path, report)
        assert len(tiny.raw) == report.lines
        assert report.names["Signed Up"] == users

    def test_blocks_of_users_add_up(self, tmp_path: Path) -> None:
        calls: list[tuple[int, int]] = []
        # So many days that a block holds 100 users.
        report = simulate(
            tmp_path, users=110, days=1_200, seed=1, progress=lambda *done: calls.append(done)
        )
        blocks = World(tmp_path, report)
        assert calls == [(0, 110), (100, 110), (110, 110)]
        assert len(blocks.raw) == report.lines
        assert len(blocks.events) == report.events
        assert {line["userId"] for line in blocks.named("Signed Up")} == {
            f"u{number:07}" for number in range(1, 111)
        }

    def test_what_is_planted_lands_beside_the_events_and_goes_with_the_next(
        self, tmp_path: Path
    ) -> None:
        def landed(feed: str) -> list[str]:
            return sorted(path.name for path in (tmp_path / feed).glob("dt=*"))

        simulate(tmp_path, users=5, days=20, seed=1)
        assert landed("spend") == landed("events")
        assert landed("incidents")
        simulate(tmp_path, users=5, days=20, seed=1, truths=NOTHING)
        assert landed("spend") == landed("incidents") == []
        assert len(landed("events")) == 20

    def test_rules_that_are_there_are_left_as_they_are(self, tmp_path: Path) -> None:
        (tmp_path / "rewards.csv").write_text("mine")
        write_rules(tmp_path, TRUTHS, Window(date(2026, 1, 1), 60))
        assert (tmp_path / "rewards.csv").read_text() == "mine"
        assert (tmp_path / "releases.csv").read_text().count("\n") == 2

    @pytest.mark.parametrize(("users", "days", "seed"), [(0, 1, 1), (1, 0, 1), (1, 1, -1)])
    def test_numbers_that_make_no_world_are_refused(
        self, users: int, days: int, seed: int, tmp_path: Path
    ) -> None:
        with pytest.raises(UserError):
            simulate(tmp_path, users=users, days=days, seed=seed)


class TestTheLines:
    def test_every_event_name_appears(self, world: World) -> None:
        expected = {name.strip() for name in EVENT_NAMES.replace("\n", " ").split(",")}
        expected |= {"Page Viewed", "Screen Viewed", "identify", "group", "alias"}
        assert set(world.report.names) == expected
        assert all(world.report.names.values())

    def test_every_line_but_the_planned_bad_ones_is_whole(self, world: World) -> None:
        kinds = {"track", "page", "screen", "identify", "group", "alias"}
        for line in world.events:
            assert line["type"] in kinds
            assert line.get("userId") or line.get("anonymousId")
            assert line["type"] != "track" or line["event"]
            assert line["context"]["library"]["name"]
            assert instant(line) <= instant(line, "sentAt") <= instant(line, "receivedAt")

    def test_the_report_counts_what_is_there(self, world: World) -> None:
        report = world.report
        counted = Counter(line["event"] for line in world.events if line["type"] == "track")
        assert counted.items() <= report.names.items()
        assert report.lines == len(world.raw)
        assert report.events == len(world.events) == sum(report.names.values())
        assert report.duplicates == world.repeated
        assert report.lines == report.events + report.duplicates + report.bad_lines
        assert report.bytes == sum(map(len, files(world.root).values()))

    def test_each_fault_is_planned_once(self, world: World) -> None:
        broken = [raw for _, raw in world.raw if parsed(raw) is None]
        bad = [line for _, line in world.received if line["messageId"].startswith("bad-")]
        assert len(broken) + len(bad) == world.report.bad_lines == 4
        assert sum("userId" not in line for line in bad) == 1
        assert sum(line["timestamp"].startswith("0001") for line in bad) == 1
        assert sum(line["properties"]["currency"] == "ZZZ" for line in bad) == 1

    def test_late_and_repeated_lines_are_few_but_there(self, world: World) -> None:
        delays = [instant(line, "receivedAt") - instant(line) for line in world.events]
        late = sum(delay >= timedelta(days=0.3) for delay in delays)
        assert 0.008 < late / len(delays) < 0.016
        assert timedelta(days=3) < max(delays) <= timedelta(days=20, seconds=10)
        assert 0.004 < world.repeated / len(world.events) < 0.006

    def test_a_repeated_line_differs_in_its_delivery_only(self, world: World) -> None:
        deliveries: dict[str, list[Line]] = defaultdict(list)
        for _, line in world.received:
            deliveries[line["messageId"]].append(line)
        for first, *others in deliveries.values():
            for other in others:
                delivery = {key: first[key] for key in ("sentAt", "receivedAt")}
                assert first == other | delivery
                assert other["receivedAt"] > first["receivedAt"]

    def test_profiles_belong_to_nobody(self, world: World) -> None:
        for line in world.events:
            if line["type"] == "identify":
                assert line["traits"].get("email", "@example.com").endswith(MAIL_DOMAINS)
                assert line["traits"].get("phone", "+86100").startswith("+86100")


class TestTheShapeOfActivity:
    def test_a_tenth_of_the_users_makes_over_two_fifths_of_the_events(self, world: World) -> None:
        events = Counter(line["userId"] for line in world.events if "userId" in line)
        top = sum(count for _, count in events.most_common(USERS // 10))
        assert top / events.total() > 0.4

    def test_weekends_are_busier(self, world: World) -> None:
        visits = Counter(
            (instant(line) + CHINA).weekday() for line in world.events if line["type"] == "page"
        )
        assert (visits[5] + visits[6]) / 2 > 1.2 * sum(visits[day] for day in range(4)) / 4

    def test_evenings_in_shanghai_are_the_peak(self, world: World) -> None:
        hours = Counter((instant(line) + CHINA).hour for line in world.named("Product Viewed"))
        assert sum(hours[hour] for hour in range(19, 23)) > 0.25 * hours.total()
        assert sum(hours[hour] for hour in range(1, 6)) < 0.06 * hours.total()

    def test_people_come_back_after_a_month_of_silence(self, world: World) -> None:
        days: dict[str, set[date]] = defaultdict(set)
        for line in world.named("Product Viewed"):
            if "userId" in line:
                days[line["userId"]].add(instant(line).date())
        gaps = [
            later - earlier
            for active in days.values()
            for earlier, later in zip(sorted(active), sorted(active)[1:], strict=False)
        ]
        assert any(gap > timedelta(days=30) for gap in gaps)

    def test_many_users_look_around_before_they_sign_up(self, world: World) -> None:
        sign_ups = {line["anonymousId"]: instant(line) for line in world.named("Signed Up")}
        before = {
            line["anonymousId"]: sign_ups[line["anonymousId"]] - instant(line)
            for line in world.events
            if "userId" not in line and line.get("anonymousId") in sign_ups
        }
        leads = [lead for lead in before.values() if lead > timedelta(0)]
        assert len(leads) > USERS / 5
        assert sum(lead < timedelta(days=3) for lead in leads) > 0.9 * len(leads)

    def test_some_users_have_two_devices(self, world: World) -> None:
        devices: dict[str, set[str]] = defaultdict(set)
        for line in world.events:
            if "userId" in line and "anonymousId" in line:
                devices[line["userId"]].add(line["anonymousId"])
        assert 0.05 < sum(len(ids) == 2 for ids in devices.values()) / USERS < 0.3

    def test_nobody_is_named_before_the_sign_up(self, world: World) -> None:
        sign_ups = {line["userId"]: instant(line) for line in world.named("Signed Up")}
        assert len(sign_ups) == USERS
        assert all(
            instant(line) >= sign_ups[line["userId"]] for line in world.events if "userId" in line
        )


class TestTheStories:
    def test_an_order_follows_its_checkout_and_adds_up(self, world: World) -> None:
        checkouts = first_by(world.named("Checkout Started"), "order_id")
        discounts = first_by(world.named("Coupon Applied"), "order_id")
        for line in world.named("Order Completed"):
            order = line["properties"]
            assert instant(line) > instant(checkouts[order["order_id"],])
            goods = sum(cents(item["price"]) * item["quantity"] for item in order["products"])
            coupon = discounts.get((order["order_id"],))
            discount = cents(coupon["properties"]["discount"]) if coupon else 0
            assert cents(order["revenue"]) == goods - discount
            assert ("coupon" in order) == (coupon is not None)
            assert order["total"] >= order["revenue"] > 0

    def test_orders_are_paid_in_five_currencies_mostly_in_yuan(self, world: World) -> None:
        paid = Counter(line["properties"]["currency"] for line in world.named("Order Completed"))
        assert set(paid) == {"CNY", "USD", "EUR", "JPY", "CHF"}
        assert paid["CNY"] > 0.9 * paid.total()

    def test_refunds_and_cancellations_follow_their_order(self, world: World) -> None:
        orders = first_by(world.named("Order Completed"), "order_id")
        taken_back = [
            line
            for line in world.named("Order Refunded", "Order Cancelled")
            if (line["properties"]["order_id"],) in orders
        ]
        for line in taken_back:
            order = orders[line["properties"]["order_id"],]
            assert instant(line) > instant(order)
            assert line["userId"] == order["userId"]
            same_currency = line["properties"].get("currency") == order["properties"]["currency"]
            if same_currency and "revenue" in line["properties"]:
                assert 0 < line["properties"]["revenue"] <= order["properties"]["revenue"]
        assert len({line["properties"]["order_id"] for line in taken_back}) == len(taken_back)

    def test_refunds_are_said_in_every_way_there_is(self, world: World) -> None:
        orders = first_by(world.named("Order Completed"), "order_id")
        ways: Counter[str] = Counter()
        for line in world.named("Order Refunded"):
            refund = line["properties"]
            order = orders.get((refund["order_id"],))
            if order is None:
                ways["of an unknown order"] += 1
                continue
            paid = order["properties"]["currency"]
            if "revenue" in refund:
                ways["in yuan" if refund.get("currency", paid) != paid else "by amount"] += 1
                ways["foreign"] += refund.get("currency") not in (None, "CNY")
                ways["without currency"] += "currency" not in refund
            elif "products" in refund:
                ways["by product"] += 1
                (returned,) = refund["products"]
                bought = {item["product_id"]: item for item in order["properties"]["products"]}
                assert returned["price"] == bought[returned["product_id"]]["price"]
            else:
                ways["neither amount nor product"] += 1
                assert "currency" not in refund
        assert set(+ways) == {
            *("of an unknown order", "in yuan", "by amount", "foreign", "without currency"),
            *("by product", "neither amount nor product"),
        }

    def test_some_orders_are_cancelled_when_their_day_is_closed(self, world: World) -> None:
        orders = first_by(world.named("Order Completed"), "order_id")
        days = Counter(
            (instant(line) - instant(orders[line["properties"]["order_id"],])).days
            for line in world.named("Order Cancelled")
        )
        assert days[0]
        assert days.total() > days[0]

    def test_messages_are_sent_before_anything_happens_to_them(self, world: World) -> None:
        steps: dict[tuple[str, str], dict[str, datetime]] = defaultdict(dict)
        for line in world.events:
            if str(line.get("event")).startswith("Message "):
                key = (line["userId"], line["properties"]["list_id"])
                steps[key][line["event"].removeprefix("Message ")] = instant(line)
        order = ("Sent", "Delivered", "Opened", "Clicked")
        for fate in steps.values():
            reached = [fate[step] for step in order if step in fate]
            assert reached == sorted(reached)
            assert [step in fate for step in order][: len(reached)] == [True] * len(reached)
            assert not ({"Failed", "Delivered"} <= set(fate))

    def test_nothing_is_sent_without_consent(self, world: World) -> None:
        grants = {
            (line["userId"], line["properties"]["channel"]): instant(line)
            for line in world.named("Consent Changed")
            if line["properties"]["granted"] is True
        }
        for line in world.named("Message Sent"):
            assert grants[line["userId"], line["properties"]["channel"]] < instant(line)

    def test_nothing_is_sent_after_a_no_in_whatever_words(self, world: World) -> None:
        mailboxes = mailboxes_of(world)
        closed = closed_at(world)
        assert {channel for _, channel in closed} == CHANNELS
        for line in world.named("Message Sent"):
            channel = line["properties"]["channel"]
            people = {line["userId"]}
            if channel == "email":
                people = mailboxes[line["userId"]]
            for person in people:
                assert instant(line) <= closed.get((person, channel), instant(line))

    def test_no_is_said_in_every_way_there_is(self, world: World) -> None:
        ways: set[Any] = set()
        for line in world.named("Consent Changed"):
            said = line["properties"]
            if said["granted"] is not True:
                channel = said.get("channel", "")
                ways |= {said["granted"], channel if channel.lower() not in CHANNELS else ""}
                ways |= {channel.isupper() and "upper", channel.istitle() and "title"}
        assert ways == {False, "no", "all", "", "upper", "title"}

    def test_most_are_asked_at_sign_up_some_later_some_never(self, world: World) -> None:
        sign_ups = {line["userId"]: instant(line) for line in world.named("Signed Up")}
        waits: dict[str, timedelta] = {}
        for line in sorted(world.named("Consent Changed"), key=instant):
            user_id = line["userId"]
            waits.setdefault(user_id, instant(line) - sign_ups[user_id])
        at_once = sum(wait < timedelta(minutes=1) for wait in waits.values())
        assert 0.7 * USERS < at_once < 0.95 * USERS
        assert len(waits) - at_once > 0.02 * USERS
        assert 0.02 * USERS < USERS - len(waits) < 0.2 * USERS
        granted = {
            line["userId"]
            for line in world.named("Consent Changed")
            if line["properties"]["granted"] is True
        }
        assert waits.keys() - granted, "nobody refuses"

    def test_mails_come_back_for_good_and_for_now(self, world: World) -> None:
        failed = {
            (line["userId"], line["properties"]["list_id"])
            for line in world.named("Message Failed")
            if line["properties"]["channel"] == "email"
        }
        bounced = world.named("Email Bounced")
        assert {line["properties"]["type"] for line in bounced} == {"hard", "soft"}
        assert {(line["userId"], line["properties"]["campaign_id"]) for line in bounced} == failed

    def test_a_sender_reports_by_the_published_names_beside_ours(self, world: World) -> None:
        ours = {
            (line["userId"], line["properties"]["list_id"], instant(line)): line["event"]
            for line in world.named("Message Delivered", "Message Opened", "Message Clicked")
        }
        theirs = {
            "Email Delivered": "Message Delivered",
            "Email Opened": "Message Opened",
            "Email Link Clicked": "Message Clicked",
            "SMS Delivered": "Message Delivered",
            "Push Notification Received": "Message Delivered",
            "Push Notification Tapped": "Message Clicked",
        }
        reports = world.named(*theirs)
        for line in reports:
            key = line["userId"], line["properties"]["campaign_id"], instant(line)
            assert ours[key] == theirs[line["event"]]
        assert 0 < len(reports) < len(ours)

    def test_a_few_share_a_mailbox_and_a_few_work_here(self, world: World) -> None:
        shared = [people for people in mailboxes_of(world).values() if len(people) > 1]
        assert 0 < len(shared) <= 0.04 * USERS
        staff = {
            line["userId"]
            for line in world.events
            if line.get("traits", {}).get("email", "").endswith("@staff.example.com")
        }
        assert 0 < len(staff) <= 0.02 * USERS

    def test_points_leave_a_lot_only_after_they_entered_it(self, world: World) -> None:
        left: dict[str, int] = {}
        users: dict[str, str] = {}
        lines = world.named("Points Earned", "Points Redeemed", "Points Expired")
        for line in sorted(lines, key=instant):
            lot, points = line["properties"]["lot_id"], line["properties"]["points"]
            assert points > 0
            if line["event"] == "Points Earned":
                left[lot], users[lot] = points, line["userId"]
            else:
                left[lot] -= points
                assert left[lot] >= 0
                assert users[lot] == line["userId"]

    def test_points_expire_when_their_lot_says_so(self, world: World) -> None:
        promised: dict[str, str] = {}
        for line in sorted(world.named("Points Earned", "Points Extended"), key=instant):
            promised[line["properties"]["lot_id"]] = line["properties"]["expires_at"]
        for line in world.named("Points Expired"):
            assert line["timestamp"] == promised[line["properties"]["lot_id"]]

    def test_complaints_are_opened_before_they_are_closed(self, world: World) -> None:
        opened = first_by(world.named("Complaint Opened"), "complaint_id")
        for line in world.named("Complaint Closed"):
            assert instant(opened[line["properties"]["complaint_id"],]) < instant(line)

    def test_an_accepted_invitation_was_sent_by_someone_else(self, world: World) -> None:
        sent = defaultdict(list)
        for line in world.named("Invite Sent"):
            sent[line["userId"]].append(instant(line))
        for line in world.named("Invite Accepted"):
            inviter = line["properties"]["inviter_id"]
            assert inviter != line["userId"]
            assert min(sent[inviter]) <= instant(line)

    def test_only_published_content_is_liked(self, world: World) -> None:
        published = first_by(world.named("Content Published"), "content_id")
        for line in world.named("Content Liked", "Content Commented"):
            assert instant(published[line["properties"]["content_id"],]) <= instant(line)

    def test_an_erased_user_is_never_heard_of_again(self, world: World) -> None:
        erased = {line["userId"]: instant(line) for line in world.named("User Deleted")}
        assert erased
        assert all(
            instant(line) <= erased[line["userId"]]
            for line in world.events
            if line.get("userId") in erased
        )

    def test_the_shop_speaks_with_a_voice_of_its_own(self, world: World) -> None:
        for line in world.events:
            is_price = line.get("event") == "Product Price Changed"
            assert is_price == (line.get("anonymousId") == "catalogue")
            assert not (is_price and "userId" in line)

    def test_a_product_is_bought_at_the_price_announced(self, world: World) -> None:
        changes = sorted(world.named("Product Price Changed"), key=instant)
        last = {line["properties"]["product_id"]: line for line in changes}
        seen = [
            (line, last[line["properties"]["product_id"]])
            for line in world.named("Product Added")
            if line["properties"]["product_id"] in last
        ]
        after = [(line, change) for line, change in seen if instant(line) >= instant(change)]
        assert after
        for line, change in after:
            assert line["properties"]["price"] == change["properties"]["price"]
