"""Truths -> what lands beside the events: what each campaign cost, day by day."""

import numpy as np

from warehouse.simulate.draws import Generator
from warehouse.simulate.lines.landing import Row
from warehouse.simulate.places import CAMPAIGNS
from warehouse.simulate.population import INVITED_SHARE, sign_up_weights
from warehouse.simulate.truths import Spend, Truths
from warehouse.simulate.window import Window

Rows = dict[int, list[Row]]
# A day's bill differs from what its users are worth to the shop by about this share.
BILLS_DIFFER = 0.1


def tell_feeds(users: int, window: Window, truths: Truths, rng: Generator) -> dict[str, Rows]:
    """Write the rows of each feed by the day they land on."""
    return {"spend": _spend(users, window, truths.spend, rng) if truths.spend else {}}


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
