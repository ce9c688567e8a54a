"""Great Expectations -> imported without what no suite uses: seconds and a hundred megabytes less.

It takes in pyspark and boto3 wherever they are installed, and scipy's statistics for expectations
about distributions.
"""

import gc
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

    Afterwards all of them can be imported as ever.
    """
    # None is how Python notes that there is no such module.
    stand_ins: dict[str, Any] = {**dict.fromkeys(OPTIONAL), LATE: _late(LATE)}
    put = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(put)
    # What a module defines stays: to look for garbage among it is a fifth of the import.
    gc.disable()
    try:
        yield
    finally:
        for name in put:
            del sys.modules[name]
        gc.freeze()
        gc.enable()


def _late(real: str) -> ModuleType:
    """Return a module that imports the real one when it is asked for what that defines."""

    def of_real(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(real), name)

    module = ModuleType(real)
    module.__getattr__ = of_real
    return module
