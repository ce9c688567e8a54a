"""A seed -> what lands of a small shop, and its own rules beside it."""

import json
from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.recompute import regulars, twins, voices
from tests.recompute.shop_rules import write_rules
from tests.recompute.shops import Shop


def write(
    home: Path,
    seed: int,
    *,
    people: int = 40,
    days: int = 70,
    rules: bool = True,
    twice: bool = False,
    valued: bool = False,
) -> list[date]:
    """Lay a shop's lines and rules into a home; return the days that landed.

    ``twice``: some ids are an account's and a visitor's; ``valued``: there are buyers enough.
    """
    shop = Shop(seed, people, days)
    for day, lines in shop.arrivals.items():
        folder = home / "landing" / "events" / f"dt={day}"
        folder.mkdir(parents=True, exist_ok=True)
        shop.random.shuffle(lines)
        half = len(lines) // 3
        for name, part in (("part-2", lines[:half]), ("part-10", lines[half:])):
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in part)
            (folder / f"{name}.ndjson").write_text(text, encoding="utf-8")
    landed = sorted(shop.arrivals)
    told_by = {"voices": voices.lines(seed, shop.users, landed)}
    if twice:
        told_by["twins"] = twins.lines(seed, landed)
        land_incidents(home, {landed[-2]: twins.incident(landed[-2])}, "twins")
    if valued:
        told_by["regulars"] = regulars.lines(seed, landed)
    for name, told in told_by.items():
        for day, lines in told.items():
            text = "".join(json.dumps(line) + "\n" for line in lines)
            path = home / "landing" / "events" / f"dt={day}" / f"{name}.ndjson"
            path.write_text(text, encoding="utf-8")
    # With buyers that are valued, a month and more of it, so that their worth is beside its price.
    spend(home, seed, landed, whole={2, 3} if valued else {1})
    land_incidents(home, voices.incidents(seed, shop.users, landed))
    folder = home / "landing" / "suppressions" / f"dt={max(shop.arrivals)}"
    folder.mkdir(parents=True)
    rows = ["channel,address,user_id,since,reason", *shop.suppressed()]
    rows += twins.suppressed() if twice else []
    (folder / "held.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    if rules:
        write_rules(home, regulars.TERMS if valued else ())
    return landed


def spend(home: Path, seed: int, landed: list[date], whole: Collection[int] = ()) -> None:
    """Land what was spent: late, twice, corrected, and of some days not at all.

    Of every day of a ``whole`` month it is told, and by one channel alone in money without a rate.
    """
    chance = Random(f"spend {seed}")  # noqa: S311 - the same shop each time
    header = "date,channel,campaign,amount,currency"
    told: dict[date, list[str]] = {}
    known = {day for day in _days(landed) if day.month in whole}
    for day in sorted(known.union(landed)):
        if chance.random() < 0.15 and day not in known:
            continue
        for channel in chance.sample(["ads", "Newsletter", " ADS ", "电视", "NEWSLETTER"], 3):
            amount = chance.choice(["0", "12.5", "80", "7.3333", "1000"])
            odd = "EUR" if day in known and channel != " ADS " else "CHF"
            currency = chance.choice(["", "CNY", "USD", "JPY", odd])
            row = f"{day},{channel},{chance.choice(['', 'spring', 'Spring'])},{amount},{currency}"
            for _ in range(chance.choice([1, 1, 2])):
                on_time = [day, day] if day in landed else []
                told.setdefault(chance.choice([*on_time, *landed[-9:]]), []).append(row)
                row = row if chance.random() < 0.5 else row.replace(f",{amount},", ",33.30,")
    for day, rows in told.items():
        folder = home / "landing" / "spend" / f"dt={day}"
        folder.mkdir(parents=True, exist_ok=True)
        for name, part in (("b", rows[::2]), ("a", rows)):
            (folder / f"{name}.csv").write_text("\n".join([header, *part, ""]), encoding="utf-8")


def _days(landed: list[date]) -> list[date]:
    return [landed[0] + timedelta(n) for n in range((landed[-1] - landed[0]).days + 1)]


def land_incidents(home: Path, told: dict[date, list[str]], name: str = "told") -> None:
    for day, rows in told.items():
        folder = home / "landing" / "incidents" / f"dt={day}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    import sys

    write(Path(sys.argv[1]), int(sys.argv[2]))
