"""``lake/kpi_restatements``: what was published of a KPI, and what it became, a part a day of runs.

A record of runs: it cannot be made again, and lies outside the build file for that reason.
"""

import pyarrow as pa

from warehouse.lake.parts import Parts

KEY = ("as_of_date", "kpi", "dimension", "dimension_value")
RESTATEMENTS = Parts(
    "kpi_restatements",
    pa.schema(
        [
            pa.field("as_of_date", pa.date32(), nullable=False),
            pa.field("kpi", pa.string(), nullable=False),
            pa.field("dimension", pa.string(), nullable=False),
            pa.field("dimension_value", pa.string(), nullable=False),
            pa.field("restated_on", pa.date32(), nullable=False),
            pa.field("value_before", pa.float64()),
            pa.field("value_after", pa.float64()),
            pa.field("because", pa.string(), nullable=False),
        ]
    ),
)
