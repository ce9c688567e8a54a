"""Which files come first: the dearest, so that no worker ends alone with one of them.

`make test` hands out whole files in this order (`--no-loadscope-reorder`): left to itself
pytest-xdist begins with the files of most tests, which are the cheapest.
"""

from pathlib import Path

import pytest

# Builds of the whole pipeline by the dozen, then by the handful; what is not named builds none.
DEAREST = (
    "property/test_any_order.py",
    "recompute/test_recompute.py",
    "property/test_static_traits.py",
    "property/test_taken_back.py",
    "pipeline",
    "recompute",
    "fault",
    "property",
    "golden",
    "browser",
)


def place(path: Path, root: Path) -> int:
    """Return how early a file comes."""
    name = path.relative_to(root / "tests").as_posix()
    found = (n for n, start in enumerate(DEAREST) if name.startswith(start))
    return next(found, len(DEAREST))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort files by what they cost; the tests of one stay together and in order."""
    items.sort(key=lambda item: place(item.path, config.rootpath))
