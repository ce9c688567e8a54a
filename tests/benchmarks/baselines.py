"""The same work written otherwise -> commands: scripts from outside, run by their own Python."""

from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.process import Measure, run


@dataclass(frozen=True)
class Baselines:
    """Where the scripts lie, and the Python that has what they import."""

    folder: Path
    python: Path

    def generator(self, events: int, target: Path, seed: int) -> list[str]:
        """Return the command that makes events."""
        script = str(self.folder / "gen.py")
        return [str(self.python), script, str(events), str(target), "--seed", str(seed)]

    def parse(self, method: str, ndjson: Path, target: Path) -> Measure:
        """Run a way to bring NDJSON to one Parquet file."""
        return self._run(method.split("_")[0], "parse.py", method, str(ndjson), str(target))

    def work(self, library: str, parsed: Path, target: Path) -> Measure:
        """Run a way to make the tables from that file."""
        return self._run(library, f"work_{library}.py", str(parsed / "a.parquet"), str(target))

    def check(self, folder: Path, made: list[str]) -> None:
        """Compare what the baselines made among themselves; raise AssertionError if it differs."""
        checked = run([str(self.python), str(self.folder / "check.py"), str(folder), *made])
        assert checked.output.strip().endswith("BAD 0"), checked.output

    def _run(self, library: str, script: str, *arguments: str) -> Measure:
        names = {"duck": "duckdb"}
        stand_in = [str(self.python), "-m", "tests.benchmarks.script", names.get(library, library)]
        return run([*stand_in, str(self.folder / script), *arguments])
