"""Made-up customers with a known rule, as small as the tests allow."""

import numpy as np
import pandas as pd

SEGMENTS = ["residential", "self-employed", "small business", "public sector"]
CONTRACTS = ["monthly", "12 months", "24 months"]


def made_up_customers(rows: int = 600) -> pd.DataFrame:
    """Who has outages and a monthly contract leaves; who binds themselves stays."""
    rng = np.random.default_rng(7)
    outages, contract = rng.integers(0, 5, rows), rng.integers(0, 3, rows)
    risk = 1 / (1 + np.exp(4 - 1.2 * outages + 1.5 * contract))
    table = pd.DataFrame(
        {
            "id": [f"C-{number}" for number in range(rows)],
            "snapshot_on": "2025-06-01",
            "joined_on": "2021-06-01",
            "segment": rng.choice(SEGMENTS, rows),
            "plan": rng.choice(["Fibre 500", "Basic 50"], rows),
            "contract": np.array(CONTRACTS)[contract],
            "region": rng.choice(["River Bend", "Old Quarter"], rows),
            "monthly_fee": "30.00",
        }
    )
    for month in range(6, 0, -1):
        table[f"usage_m{month}"] = rng.uniform(50, 90, rows).round(1).astype(str)
    for month in range(6, 0, -1):
        table[f"paid_m{month}"] = "30.00"
    table["late_payments"], table["outages"] = "0", outages.astype(str)
    table["support_calls"], table["nps"] = "1", rng.integers(5, 10, rows).astype(str)
    for name in ("last_contact_reason", "account_flag", "equipment_status"):
        table[name] = "other"
    table["open_tickets"], table["credit_notes"] = "0", "0.00"
    table["cost_missed"], table["cost_contact"] = "200", "30"
    table["left"] = (rng.random(rows) < risk).astype(int).astype(str)
    return table
