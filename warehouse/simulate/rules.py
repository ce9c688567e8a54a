"""Truths -> the rule files of who runs this shop: rewards, releases, and what others reach."""

import csv
import io
from pathlib import Path

from warehouse.simulate.truths import Truths
from warehouse.simulate.window import Window
from warehouse.storage.files import write_text_atomically

FEATURE = "Product Added to Wishlist"


def write_rules(folder: Path, truths: Truths, window: Window) -> None:
    """Write the rules of what is planted; a file that is there already is somebody's own."""
    for name, rows in _rules(truths, window).items():
        path = folder / f"{name}.csv"
        if not rows or path.exists():
            continue
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        folder.mkdir(parents=True, exist_ok=True)
        write_text_atomically(path, text.getvalue())


def _rules(truths: Truths, window: Window) -> dict[str, list[dict[str, str]]]:
    rewards = [
        {
            "reward": reward.name,
            "kind": "lottery",
            "valid_from": str(window.day(reward.first_day(window))),
            "valid_to": str(window.day(reward.last_day(window))),
        }
        for reward in [truths.reward]
        if reward
    ]
    releases = [
        {
            "release": release.name,
            "feature": FEATURE,
            "released_on": str(window.day(release.first_day(window))),
        }
        for release in [truths.release]
        if release
    ]
    benchmarks = [
        {"kpi": kpi, "benchmark": str(value), "told_by": "made up, as the shop is"}
        for kpi, value in truths.benchmarks
    ]
    return {"rewards": rewards, "releases": releases, "benchmarks": benchmarks}
