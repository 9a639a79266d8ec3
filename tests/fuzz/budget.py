"""How many examples each fuzz test takes: 500 in ``make test``, 10,000 in ``make verify``.

All inputs are small, so that what they may cost is bounded by construction.
"""

import os

from hypothesis import HealthCheck, settings

FUZZ = settings(
    max_examples=int(os.environ.get("MILEPOST_FUZZ_EXAMPLES", "500")),
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        # Each example empties the folder that the fixture made once.
        HealthCheck.function_scoped_fixture,
    ],
)
