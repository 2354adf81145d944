"""Purchase summaries of made-up customers, whose way of buying is known."""

import numpy as np
import pyarrow as pa

COLUMNS = ("x", "t_x", "observed_days", "occasions_30", "occasions_90", "occasions_365", "occasions_ahead")


def purchase_summary(customers, days=730, horizon=90, seed=0, leaves_after=300.0, rate=(1.0, 40.0)):
    """Rows of int_customers__purchase_summary: each customer buys at a rate of their own until they leave for good."""
    chance = np.random.default_rng(seed)
    rates = chance.gamma(rate[0], 1 / rate[1], customers)
    first = chance.integers(0, days, customers)
    gone = first + chance.exponential(leaves_after, customers)
    end = days + horizon
    rows = {name: np.zeros(customers, dtype=np.int64) for name in COLUMNS}
    spent = {name: np.zeros(customers) for name in ("amount", "amount_30", "amount_90", "amount_365", "amount_ahead")}
    for who in range(customers):
        gaps = chance.exponential(1 / rates[who], int(20 + 3 * rates[who] * end))
        bought = np.unique(np.r_[first[who], np.floor(first[who] + np.cumsum(gaps))].astype(int))
        bought = bought[(bought == first[who]) | (bought < min(gone[who], end))]
        past, ahead = bought[bought < days], bought[bought >= days]
        value = chance.gamma(5, 4 + chance.random(), len(bought))
        rows["x"][who], rows["t_x"][who] = len(past) - 1, past[-1] - past[0]
        rows["observed_days"][who] = days - 1 - past[0]
        rows["occasions_ahead"][who] = len(ahead)
        spent["amount"][who], spent["amount_ahead"][who] = value[: len(past)].sum(), value[len(past) :].sum()
        for window in (30, 90, 365):
            recent = past >= days - window
            rows[f"occasions_{window}"][who] = recent.sum()
            spent[f"amount_{window}"][who] = value[: len(past)][recent].sum()
    money = {
        name: pa.array(np.round(values, 2)).cast(pa.decimal128(18, 2), safe=False) for name, values in spent.items()
    }
    counts = {name: pa.array(values, pa.int32()) for name, values in rows.items()}
    return pa.table({"customer_id": pa.array(np.arange(customers) + 1), **counts, **money})


def kinds(summary):
    """The distinct x, t_x and observed_days, and how many customers have each."""
    counted = summary.group_by(["x", "t_x", "observed_days"]).aggregate([([], "count_all")])
    return counted.rename_columns(["x", "t_x", "observed_days", "customers"])
