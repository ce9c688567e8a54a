"""Truths -> what lands beside the events: what campaigns cost day by day, and an incident."""

from collections import defaultdict

import numpy as np

from warehouse.simulate.draws import Generator
from warehouse.simulate.lines.landing import Row
from warehouse.simulate.places import CAMPAIGNS
from warehouse.simulate.population import INVITED_SHARE, sign_up_weights
from warehouse.simulate.truths import Incident, Spend, Truths
from warehouse.simulate.window import DAY, HOUR, Window

Rows = dict[int, list[Row]]
# A day's bill differs from what its users are worth to the shop by about this share.
BILLS_DIFFER = 0.1


def tell_feeds(users: int, window: Window, truths: Truths, rng: Generator) -> dict[str, Rows]:
    """Write the rows of each feed by the day they land on."""
    return {
        "spend": _spend(users, window, truths.spend, rng) if truths.spend else {},
        "incidents": _incident(window, truths.incident) if truths.incident else {},
    }


def _spend(users: int, window: Window, spend: Spend, rng: Generator) -> Rows:
    """Bill each campaign, on the day itself, for the users it may expect to bring."""
    weights = sign_up_weights(window)
    by_day = users * (1 - INVITED_SHARE) * weights / weights.sum()
    all_weights = sum(campaign.weight for campaign in CAMPAIGNS)
    rows: Rows = {day: [] for day in range(window.days)}
    for campaign in CAMPAIGNS:
        if not campaign.source or not campaign.weight:
            continue
        each = spend.cents * (spend.ratio if campaign.source == spend.source else 1)
        bills = by_day * campaign.weight / all_weights * each
        cents = np.rint(bills * rng.lognormal(0, BILLS_DIFFER, window.days)).astype(np.int64)
        for day, amount in enumerate(cents.tolist()):
            rows[day].append(
                {
                    "date": str(window.day(day)),
                    "channel": campaign.source,
                    "campaign": campaign.name,
                    "amount": f"{amount // 100}.{amount % 100:02}",
                    "currency": "CNY",
                }
            )
    return rows


def _incident(window: Window, incident: Incident) -> Rows:
    """Tell of the incident as it goes: when it begins and ends, and when a duty is done."""
    begins, ends = incident.begins(window), incident.ends(window)
    if begins < 0:
        return {}
    told = {
        "kind": incident.kind,
        "started_at": _iso(window, begins),
        "country": "*",
        "compensation": incident.compensation,
    }
    at = [(begins, told), (ends, {"ended_at": _iso(window, ends)})]
    for duty, hours in incident.done_after:
        done_at = begins + round(hours * HOUR)
        at.append((done_at, {"duty": duty, "done_at": _iso(window, done_at)}))
    rows: Rows = defaultdict(list)
    for instant, row in at:
        if instant < window.horizon:
            rows[instant // DAY].append({"incident_id": incident.name} | row)
    return rows


def _iso(window: Window, instant: int) -> str:
    """Write an instant of whole seconds, as feeds take it."""
    return window.iso(np.array([instant]))[0].as_py().replace(".000Z", "Z")
