"""Events of a run -> a progress bar for who waits, and a log file for who has to find out why."""

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import dagster as dg

from warehouse.masking import masked
from warehouse.settings import Settings

KEPT_LOGS = 20
# How warnings begin that the operator is told: what was damaged and is whole again, and what landed
# where no run looks.
MENDED, UNREAD = "mended: ", "unread: "
DONE = (dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_CHECK_EVALUATION)


def run_log_path(settings: Settings, run_id: str) -> Path:
    """Return a new log file's path; the oldest logs make room for it."""
    folder = settings.build_dir / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.glob("*.log"))[: -(KEPT_LOGS - 1)]:
        path.unlink(missing_ok=True)
    return folder / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}-{run_id[:8]}.log"


class Masking(logging.Formatter):
    """Writes messages without what looks like a contact."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a message, its traceback too."""
        return masked(super().format(record))


class Follower(logging.Handler):
    """Follows one run: its messages go to the file, with ``verbose`` to standard error too."""

    def __init__(self, path: Path, *, verbose: bool) -> None:
        super().__init__(logging.DEBUG)
        self._file = logging.FileHandler(path, encoding="utf-8", delay=True)
        self._file.setFormatter(Masking("%(asctime)s %(levelname)s %(message)s"))
        self._screen = logging.StreamHandler() if verbose else None
        if self._screen:
            self._screen.setFormatter(Masking())
        self._steps = 0
        self._seen: set[str] = set()
        self._bar: Any = None
        self.told: list[str] = []

    def expect(self, steps: int) -> None:
        """Say how many assets and checks the run has."""
        self._steps = steps

    def logger(self) -> dg.LoggerDefinition:
        """Return the logger that stands in for Dagster's own on the console."""

        def create(_: dg.InitLoggerContext) -> logging.Logger:
            logger = logging.Logger("userops", logging.DEBUG)
            logger.addHandler(self)
            return logger

        return dg.LoggerDefinition(create)

    def __enter__(self) -> Self:
        if self._screen is None:
            from tqdm import tqdm

            # disable=None: no bar where nobody watches a terminal.
            self._bar = tqdm(total=self._steps, unit="step", leave=False, disable=None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
            sys.stderr.flush()
        self._file.close()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a message down and move the bar."""
        self._file.emit(record)
        if self._screen:
            self._screen.emit(record)
        meta = getattr(record, "dagster_meta", {})
        if str(meta.get("orig_message", "")).startswith((MENDED, UNREAD)):
            self.told.append(meta["orig_message"])
        event = meta.get("dagster_event")
        if event is not None and self._bar is not None:
            self._move(event)

    def _move(self, event: dg.DagsterEvent) -> None:
        if event.is_step_start and event.step_key:
            self._bar.set_description_str(event.step_key.replace("__", "/"))
        elif event.event_type in DONE and event.asset_key:
            name = event.asset_key.to_user_string()
            if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
                name += f" {event.asset_check_evaluation_data.check_name}"
            if name not in self._seen:
                self._seen.add(name)
                self._bar.set_description_str(name, refresh=False)
                self._bar.update()
