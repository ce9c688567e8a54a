"""One installation: what can be set, and where everything of it lies.

Read by ``warehouse.configuration`` from file and environment; nothing else sets anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from warehouse.feeds import EVENTS
from warehouse.storage.places import Place, place_of

FORMATS = ("ndjson", "csv", "parquet", "text")
Column = str | tuple[str, ...]
DUCKDB = "duckdb"
# Whoever builds the models: the names of the targets in dbt's profile.
ENGINES = (DUCKDB, "spark", "thrift")
WEBHOOK_KINDS = ("slack", "feishu", "dingtalk", "wecom")


@dataclass(frozen=True)
class Source:
    """Files that name things otherwise than their feed: which files, which column is which field.

    ``columns`` maps a Segment field (dotted, as ``properties.revenue``) to a column of the file, to
    a list of them (the first that has a value) or to several joined (``a + b``); or a column of
    a CSV feed. ``constants`` gives fields the same value on every line; ``values`` renames what
    a field says; ``nulls`` are texts that say nothing. ``where`` and ``where_not`` choose rows.
    ``date_format`` and ``timezone`` are of times, ``numbers`` and ``scale`` of numbers, ``types``
    says which other fields are such; ``drop`` are fields not to keep. ``sql`` is a query on what
    has been read so far (``warehouse.judging.shaping``). ``header`` tells whether the first line of
    ``csv`` and ``text`` names the columns; without it they are "1", "2" and so on.
    ``order_id = "row"`` makes an order id of each row, for logs of orders without one.
    ``format`` "" is told by the file's ending and first bytes; ``encoding`` "" is UTF-8, or what a
    byte order mark says; ``quote`` "" means that the writer of a CSV never quotes; ``skip_lines``
    lines stand above the header, or above the first row. ``rows`` is the way to the list of rows in
    a JSON object that wraps them, as ``data.items``.
    """

    name: str
    glob: str
    format: str
    columns: Mapping[str, Column]
    constants: Mapping[str, Any]
    feed: str = EVENTS
    date_format: str | tuple[str, ...] = ""
    delimiter: str = ","
    header: bool = True
    order_id: str = ""
    encoding: str = ""
    quote: str = '"'
    skip_lines: int = 0
    nulls: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    where_not: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    timezone: str = ""
    numbers: str = ""
    scale: int | str = 1
    types: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    sql: str = ""
    rows: str = ""

    @property
    def date_formats(self) -> tuple[str, ...]:
        """The forms of times, in the order in which they are tried."""
        given = self.date_format
        return tuple(filter(None, (given,) if isinstance(given, str) else given))


@dataclass(frozen=True)
class Settings:
    """One installation: where it lives, its clock, its money, its limits."""

    home: Path
    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    phone_country: str = "86"
    landing: str = ""
    lake: str = ""
    engine: str = DUCKDB
    spark_warehouse: str = ""
    first_day: date | None = None
    threads: int = 0
    memory_limit: str = ""
    webhook_url: str = ""
    webhook_kind: str = ""
    quiet_minutes: int = 10
    keep_versions: int = 3
    keep_history_days: int = 90
    max_line_bytes: int = 1_048_576
    max_future_days: int = 1
    sources: tuple[Source, ...] = ()

    @property
    def landing_root(self) -> Place:
        """Folder, on disk or in a store, whose ``<feed>/dt=YYYY-MM-DD/`` hold what arrived."""
        return place_of(self.landing) if self.landing else self.home / "landing"

    def sources_of(self, feed: str) -> tuple[Source, ...]:
        """Return the mapped sources of a feed."""
        return tuple(source for source in self.sources if source.feed == feed)

    @property
    def lake_root(self) -> Place:
        """Folder of the Parquet lake, on disk or in a store, by load date."""
        return place_of(self.lake) if self.lake else self.home / "lake"

    @property
    def build_dir(self) -> Path:
        """Private working state: databases, parsed dbt project, effective rules."""
        return self.home / "build"

    @property
    def engine_dir(self) -> Path:
        """What one engine has built: engines share the lake and the published revisions only."""
        return self.build_dir if self.engine == DUCKDB else self.build_dir / self.engine

    @property
    def spark_tables(self) -> str:
        """Folder or URL of Spark's warehouse, as Spark and this machine both reach it."""
        return self.spark_warehouse or str(self.engine_dir / "warehouse")

    @property
    def build_db(self) -> Path:
        """The build database: rules, staging and intermediate tables. BI never opens it."""
        return self.engine_dir / "userops.duckdb"

    @property
    def serving_build_db(self) -> Path:
        """The marts under construction; publishing copies this file whole."""
        return self.engine_dir / "serving.duckdb"

    @property
    def dbt_dir(self) -> Path:
        """Where dbt writes its manifest and logs."""
        return self.engine_dir / "dbt"

    @property
    def rules_dir(self) -> Path:
        """The installation's own rule files; each takes the place of the shipped one."""
        return self.home / "rules"

    @property
    def project_dir(self) -> Path:
        """The dbt project a run uses: the shipped one, with this installation's rules."""
        return self.build_dir / "project"

    @property
    def effective_rules_dir(self) -> Path:
        """The rules a run uses: shipped ones with the installation's own laid over them."""
        return self.project_dir / "seeds" / "rules"

    @property
    def serving_dir(self) -> Path:
        """Published versions and the ``userops.duckdb`` link that BI tools open."""
        return self.home / "serving"

    @property
    def exports_dir(self) -> Path:
        """Recall lists, KPI snapshots and reports."""
        return self.home / "exports"

    @property
    def dagster_home(self) -> Path:
        """Run history and schedules."""
        return self.home / "dagster"
