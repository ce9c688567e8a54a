"""``userops.toml`` and ``USEROPS_*`` -> Settings: the only place that reads configuration."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from warehouse.errors import UserError
from warehouse.feeds import FEEDS
from warehouse.settings import ENGINES, FORMATS, Settings, Source
from warehouse.storage.places import fault_in, place_of

FILE_NAME = "userops.toml"
PREFIX = "USEROPS_"
UNFIT_IN_PATHS = "'\"[]{}*?"


def load_settings(environ: Mapping[str, str] | None = None, cwd: Path | None = None) -> Settings:
    """Read ``userops.toml`` (working directory, else ``$USEROPS_HOME``), then the environment.

    Raises UserError for an unknown key, a value of the wrong kind, or an unknown time zone.
    """
    environ = os.environ if environ is None else environ
    cwd = Path.cwd() if cwd is None else cwd
    home = Path(environ.get(f"{PREFIX}HOME") or cwd / "warehouse" / "data").absolute()
    found = next((p for p in (cwd / FILE_NAME, home / FILE_NAME) if p.is_file()), None)
    values = _read_file(found) if found else {}
    origins = dict.fromkeys(values, str(found))
    for key, text in environ.items():
        name = key.removeprefix(PREFIX).lower()
        if key.startswith(PREFIX) and name not in NOT_SETTINGS:
            values[name] = text
            origins[name] = f"environment variable {key}"
    _refuse_unknown(values, _setting_names(), origins)
    return _validated(Settings(home, **_typed(values, origins)), origins)


def with_engine(settings: Settings, engine: str, *, origin: str = "") -> Settings:
    """Return the settings with another engine; raises UserError for one that cannot be used."""
    if engine not in ENGINES:
        raise UserError(
            f"unknown engine {engine!r}", where=origin, cure=f"use one of {', '.join(ENGINES)}"
        )
    if engine == "thrift" and not settings.spark_warehouse:
        raise UserError(
            "a Thrift server has a warehouse of its own, and it is not said where",
            where=origin or "setting 'spark_warehouse'",
            cure="set spark_warehouse to the server's spark.sql.warehouse.dir",
        )
    return replace(settings, engine=engine)


# The home is found first; the others are how dbt's profile is told the files and the limits.
NOT_SETTINGS = frozenset(
    {
        *("home", "build_db", "serving_build_db", "dbt_threads", "dbt_memory"),
        *("lake_file_systems", "dbt_warehouse", "dbt_metastore"),
    }
)


def _setting_names() -> list[str]:
    return [field.name for field in fields(Settings) if field.name != "home"]


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(
            f"cannot read the settings: {error}",
            where=str(path),
            cure="correct the TOML at the place named above",
        ) from error


def _refuse_unknown(
    values: Mapping[str, Any], known: list[str], origins: Mapping[str, str]
) -> None:
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            cure = f"did you mean {near[0]!r}?" if near else f"known settings: {', '.join(known)}"
            raise UserError(f"unknown setting {key!r}", where=origins.get(key, ""), cure=cure)


def _typed(values: Mapping[str, Any], origins: Mapping[str, str]) -> dict[str, Any]:
    hints = get_type_hints(Settings)
    typed: dict[str, Any] = {}
    for key, value in values.items():
        if key == "sources":
            typed[key] = tuple(_source(item, origins[key]) for item in value)
            continue
        try:
            typed[key] = _convert(hints[key], value)
        except ValueError as error:
            raise UserError(
                f"setting {key!r} has a value of the wrong kind: {value!r}",
                where=origins[key],
                cure=str(error),
            ) from error
    return typed


def _convert(hint: Any, value: Any) -> Any:
    if hint is int:
        if isinstance(value, bool) or not str(value).strip().isdigit():
            raise ValueError("give a whole number")
        return int(value)
    if hint is str:
        if not isinstance(value, str):
            raise ValueError("give a text in quotes")
        return value
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("give a date as 2026-01-31") from None


def _source(item: Any, origin: str) -> Source:
    where = f"{origin}, [[sources]]"
    if not isinstance(item, dict):
        raise UserError("a source is a table", where=where, cure="write [[sources]] above its keys")
    known = [field.name for field in fields(Source)]
    _refuse_unknown(item, known, dict.fromkeys(item, where))
    for key in ("name", "glob", "format", "columns"):
        if key not in item:
            raise UserError(f"a source lacks {key!r}", where=where, cure=f"add {key} = ...")
    given: dict[str, Any] = {"constants": {}} | item
    source = Source(**given)
    choices = (
        (source.format, FORMATS, "format"),
        (source.feed, tuple(FEEDS), "feed"),
        (source.order_id, ("", "row"), "order_id"),
    )
    for value, allowed, key in choices:
        if value not in allowed:
            raise UserError(
                f"source {source.name!r}: unknown {key} {value!r}",
                where=where,
                cure=f"use one of {', '.join(filter(None, allowed))}",
            )
    return source


def _validated(settings: Settings, origins: Mapping[str, str]) -> Settings:
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UserError(
            f"unknown time zone {settings.timezone!r}",
            where=origins.get("timezone", ""),
            cure="use an IANA name such as Asia/Shanghai or UTC",
        ) from error
    for name in ("landing", "lake", "spark_warehouse"):
        if fault := fault_in(getattr(settings, name)):
            raise UserError(f"{name}: {fault[0]}", where=origins.get(name, ""), cure=fault[1])
    places = [("home", settings.home), ("lake", settings.lake_root)]
    places.append(("spark_warehouse", place_of(settings.spark_tables)))
    if not isinstance(settings.landing_root, Path):
        places.append(("landing", settings.landing_root))
    for name, path in places:
        # These mean something else to SQL, or to the patterns by which a lake is read.
        if found := sorted(set(str(path)) & set(UNFIT_IN_PATHS)):
            raise UserError(
                f"the {name} folder has {' '.join(found)} in its path",
                where=str(path),
                cure="choose a path without quotes, brackets and wildcards",
            )
    with_engine(settings, settings.engine, origin=origins.get("engine", ""))
    if len(settings.currency) != 3 or not settings.currency.isalpha():
        raise UserError(
            f"unknown currency {settings.currency!r}",
            where=origins.get("currency", ""),
            cure="use an ISO 4217 code such as CNY or USD",
        )
    phone_country = settings.phone_country.removeprefix("+")
    if not re.fullmatch("[1-9][0-9]{0,2}", phone_country):
        raise UserError(
            f"unknown country code {settings.phone_country!r}",
            where=origins.get("phone_country", ""),
            cure="use the digits that stand behind the plus, such as 86 or 1",
        )
    return replace(settings, currency=settings.currency.upper(), phone_country=phone_country)
