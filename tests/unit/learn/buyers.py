"""Customers for the tests of the models of buying: the sample of CDNOW that the papers use, and made ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.csv as pc

CALIBRATION_ENDS = np.datetime64("1997-09-30")


@dataclass(frozen=True)
class Buyers:
    """Columns of customers; `later` is what they bought after T."""

    x: np.ndarray
    t_x: np.ndarray
    T: np.ndarray
    later: np.ndarray

    @property
    def history(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.x, self.t_x, self.T


def read_cdnow(shared_data: Path) -> Buyers:
    """The 2,357 customers in weeks to 1997-09-30, orders of a day merged, and their orders of the 39 weeks after."""
    end = int(CALIBRATION_ENDS.astype(int))
    days: dict[str, set[int]] = {}
    for line in (shared_data / "CDNOW_sample.txt").read_text().splitlines():
        _, customer, date, *_ = line.split()
        days.setdefault(customer, set()).add(int(np.datetime64(f"{date[:4]}-{date[4:6]}-{date[6:]}").astype(int)))
    columns = []
    for dates in days.values():
        seen = sorted(date for date in dates if date <= end)
        columns.append((len(seen) - 1, (seen[-1] - seen[0]) / 7, (end - seen[0]) / 7, len(dates) - len(seen)))
    return Buyers(*np.array(columns, dtype=float).T)


def read_cdnow_values(shared_data: Path) -> tuple[np.ndarray, np.ndarray]:
    """x and the mean value of the repeat orders of the same customers."""
    table = pc.read_csv(shared_data / "cdnow_customers_summary_with_transactions.csv")
    return table["x"].to_numpy().astype(float), table["zbar"].to_numpy()


def make_buyers(
    rate: np.ndarray,
    T: np.ndarray,
    ahead: float,
    rng: np.random.Generator,
    *,
    leaves_after_order: np.ndarray | None = None,
    leaves_at: np.ndarray | None = None,
    first_may_be_last: bool = False,
) -> Buyers:
    """Lives of customers with rates of their own, who leave after an order by chance or at a time of their own."""
    size = len(rate)
    chance = np.zeros(size) if leaves_after_order is None else leaves_after_order
    ends = np.minimum(T + ahead, np.inf if leaves_at is None else leaves_at)
    x, t_x, later, clock = np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size)
    buying = np.flatnonzero(rng.random(size) >= chance) if first_may_be_last else np.arange(size)
    while len(buying):
        clock[buying] += rng.exponential(1 / rate[buying])
        buying = buying[clock[buying] <= ends[buying]]
        is_seen = clock[buying] <= T[buying]
        x[buying] += is_seen
        t_x[buying] = np.where(is_seen, clock[buying], t_x[buying])
        later[buying] += ~is_seen
        buying = buying[rng.random(len(buying)) >= chance[buying]]
    return Buyers(x, t_x, T, later)


def make_geometric_buyers(
    parameters: dict[str, float], size: int, seed: int, *, first_may_be_last: bool, ahead: float = 0.0
) -> Buyers:
    """Customers of BG/NBD, or of MBG/NBD, in weeks of up to two years."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(parameters["r"], 1 / parameters["alpha"], size)
    chance = rng.beta(parameters["a"], parameters["b"], size)
    T = np.round(rng.uniform(10, 104, size) * 7) / 7
    return make_buyers(
        rate, T, ahead, rng, leaves_after_order=chance, first_may_be_last=first_may_be_last
    )  # fmt: skip


def make_pareto_buyers(parameters: dict[str, float], size: int, seed: int, ahead: float = 0.0) -> Buyers:
    """Customers of Pareto/NBD, in weeks of up to two years."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(parameters["r"], 1 / parameters["alpha"], size)
    leaves_at = rng.exponential(1 / rng.gamma(parameters["s"], 1 / parameters["beta"], size))
    T = np.round(rng.uniform(10, 104, size) * 7) / 7
    return make_buyers(rate, T, ahead, rng, leaves_at=leaves_at)


def by_frequency(buyers: Buyers, values: np.ndarray) -> list[float]:
    """Means of customers with 0 to 6 repeat orders and with 7 or more, to three decimals."""
    band = np.minimum(buyers.x, 7)
    return [round(float(values[band == orders].mean()), 3) for orders in range(8)]
