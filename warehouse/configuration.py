"""``userops.toml`` and ``USEROPS_*`` -> Settings: the only place that reads configuration."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any, get_type_hints

from warehouse.errors import UserError, all_of
from warehouse.setting_faults import faults_in
from warehouse.settings import ENGINES, Settings, Source
from warehouse.sources import source_of, unknown_key

FILE_NAME = "userops.toml"
PREFIX = "USEROPS_"


def load_settings(environ: Mapping[str, str] | None = None, cwd: Path | None = None) -> Settings:
    """Read ``userops.toml`` (working directory, else ``$USEROPS_HOME``), then the environment.

    Raises UserError that tells every setting that cannot be right, each with its place and cure.
    """
    environ = os.environ if environ is None else environ
    cwd = Path.cwd() if cwd is None else cwd
    home = Path(environ.get(f"{PREFIX}HOME") or cwd / "warehouse" / "data").absolute()
    found = next((p for p in (cwd / FILE_NAME, home / FILE_NAME) if p.is_file()), None)
    text = _text_of(found) if found else ""
    origins = _Origins(found, text)
    values = _parsed(found, text) if found else {}
    for key, given in environ.items():
        name = key.removeprefix(PREFIX).lower()
        if key.startswith(PREFIX) and name not in NOT_SETTINGS:
            values[name] = given
            origins.variables[name] = f"environment variable {key}"
    known = _setting_names()
    faults = [*_unknown(values, known, origins)]
    typed = _typed({k: v for k, v in values.items() if k in known}, origins, faults)
    settings = Settings(home, **typed)
    sound = {k for k in known if k in typed or k not in values} | {"home"}
    for key, what, cure, source in faults_in(settings):
        if source is not None or key in sound:
            place = None if source is None else origins.sources[source]
            faults.append(UserError(what, where=origins.of(key, place), cure=cure))
    try:
        with_engine(settings, settings.engine, origin=origins.of("engine"))
    except UserError as error:
        faults.append(error)
    if faults:
        raise all_of(faults)
    country = settings.phone_country.removeprefix("+")
    return replace(settings, currency=settings.currency.upper(), phone_country=country)


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


class _Origins:
    """Where each setting was said: a line of the file, or a variable of the environment."""

    def __init__(self, path: Path | None, text: str) -> None:
        self.variables: dict[str, str] = {}
        self.sources: list[int] = []  # the place of each source that could be read
        self._path = path
        # What a setting names by a path lies there, or on the way from there.
        self.folder = path.parent if path else Path.cwd()
        self._lines: dict[tuple[str, int | None], int] = {}
        source: int | None = None
        for number, line in enumerate(text.splitlines(), start=1):
            if re.match(r"\s*\[\[ *sources *\]\]", line):
                source = 0 if source is None else source + 1
                self._lines["", source] = number
            elif table := re.match(r"\s*\[ *sources *\. *[\"']?(\w+)", line):
                self._lines.setdefault((table[1], source), number)
            elif key := re.match(r"\s*[\"']?(\w+)[\"']? *[.=]", line):
                self._lines.setdefault((key[1], source), number)

    def of(self, key: str, source: int | None = None) -> str:
        """Name the place of a setting, or of a key of a mapped source counted from 0."""
        if source is None and key in self.variables:
            return self.variables[key]
        line = self._lines.get((key, source), self._lines.get(("", source)))
        if line is None:
            return f"setting {key!r}"
        return f"{self._path}, line {line}"


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            "the settings are not UTF-8", where=str(path), cure="save the file as UTF-8"
        ) from error


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(
            f"cannot read the settings: {error}",
            where=str(path),
            cure="correct the TOML at the place named above",
        ) from error


def _unknown(values: Mapping[str, Any], known: list[str], origins: _Origins) -> Iterator[UserError]:
    for key in values:
        if key not in known:
            yield unknown_key(key, known, origins.of(key))


def _typed(values: Mapping[str, Any], origins: _Origins, faults: list[UserError]) -> dict[str, Any]:
    """Return the settings that are of their kind; the others go to the faults."""
    hints = get_type_hints(Settings)
    typed: dict[str, Any] = {}
    for key, value in values.items():
        if key == "sources":
            typed[key] = tuple(_sources(value, origins, faults))
            continue
        try:
            typed[key] = _convert(hints[key], value)
        except ValueError as error:
            what = f"setting {key!r} has a value of the wrong kind: {value!r}"
            faults.append(UserError(what, where=origins.of(key), cure=str(error)))
    return typed


def _sources(given: Any, origins: _Origins, faults: list[UserError]) -> Iterator[Source]:
    if not isinstance(given, list):
        cure = "write [[sources]] above the keys of each"
        faults.append(UserError("sources are tables", where=origins.of("sources"), cure=cure))
        return
    for number, item in enumerate(given):
        try:
            source = source_of(item, origins.of("", number), origins.folder)
        except UserError as error:
            faults.append(error)
        else:
            origins.sources.append(number)
            yield source


def _convert(hint: Any, value: Any) -> Any:
    if hint is int:
        if isinstance(value, bool) or not re.fullmatch("[+-]?[0-9]{1,18}", str(value).strip()):
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
