"""``lake/clv_fits`` and ``lake/clv_predictions``: what was fitted as of a day, for the models.

What is in them is decided by ``warehouse.build.valuation``. All of it can be made again.
"""

import pyarrow as pa

from warehouse.lake.parts import Parts


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


FITS = Parts(
    "clv_fits",
    pa.schema(
        [
            _required("as_of_date", pa.date32()),
            *(pa.field(name, pa.float64()) for name in ("r", "alpha", "a", "b", "p", "q", "v")),
            pa.field("log_likelihood", pa.float64()),
            pa.field("spend_log_likelihood", pa.float64()),
            pa.field("correlation", pa.float64()),
            _required("converged", pa.bool_()),
            pa.field("holdout_expected", pa.float64()),
            pa.field("holdout_actual", pa.int64()),
        ]
    ),
)
PREDICTIONS = Parts(
    "clv_predictions",
    pa.schema(
        [
            _required("as_of_date", pa.date32()),
            _required("user_id", pa.string()),
            _required("p_alive", pa.float64()),
            _required("expected_orders_30d", pa.float64()),
            _required("expected_orders_90d", pa.float64()),
            _required("expected_orders_365d", pa.float64()),
            _required("expected_spend", pa.float64()),
            _required("clv_365d", pa.float64()),
            # With it, what the buyer is worth as of the day: both are of one knowledge.
            _required("net_revenue", pa.decimal128(18, 4)),
        ]
    ),
)
