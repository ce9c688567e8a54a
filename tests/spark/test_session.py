"""`userops run --engine spark`: Spark in this process, the same rows, and nothing left running."""

from pathlib import Path

import pytest

from tests.conftest import NewInstallation
from tests.spark.cluster import SMALL
from tests.spark.parity import compare
from warehouse.simulate.run import FIRST_DAY, simulate


def test_a_session_builds_the_same_tables_and_ends(
    new_installation: NewInstallation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark import SparkContext

    defaults = "\n".join(f"{key} {value}" for key, value in SMALL.items())
    (tmp_path / "spark-defaults.conf").write_text(defaults)
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    monkeypatch.setenv("SPARK_MASTER_URL", "local[2]")
    monkeypatch.setenv("SPARK_SHUFFLE_PARTITIONS", "1")
    simulate(tmp_path / "landing", users=15, days=2, seed=3)

    small = new_installation(landing=str(tmp_path / "landing"))
    large = new_installation(landing=str(tmp_path / "landing"), engine="spark")
    days = [FIRST_DAY.isoformat(), FIRST_DAY.replace(day=2).isoformat()]
    for installation in (small, large):
        installation.build(*days)

    compared = compare(small.settings, large.settings)
    assert sum(table.rows for table in compared) > 0
    assert not [table for table in compared if not table.is_equal]
    assert SparkContext._active_spark_context is None
