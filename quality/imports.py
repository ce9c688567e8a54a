"""Great Expectations -> its import without what no suite uses: half of it, 1.4 of 2.8 CPU seconds.

It takes in pyspark and boto3 wherever they are installed, and scipy's statistics for expectations
about distributions.
"""

import importlib
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

# It does without these where they are not installed.
OPTIONAL = ("boto3", "botocore", "pyspark")
LATE = "scipy.stats"


@contextmanager
def lean() -> Generator[None]:
    """Hide the optional packages, and put off scipy's statistics until something of it is used.

    For the first import inside; afterwards all of them can be imported as ever.
    """
    if "great_expectations" in sys.modules:
        yield
        return
    # None is how Python notes that there is no such module.
    stand_ins: dict[str, Any] = {**dict.fromkeys(OPTIONAL), LATE: _late(LATE)}
    put = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(put)
    try:
        yield
    finally:
        for name, module in put.items():
            if sys.modules.get(name, ...) is module:
                del sys.modules[name]


def _late(real: str) -> ModuleType:
    """Return a module that imports the real one when it is asked for what that defines."""
    module = ModuleType(real)

    def of_real(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(real) is module:
            del sys.modules[real]
        return getattr(importlib.import_module(real), name)

    module.__getattr__ = of_real
    return module
