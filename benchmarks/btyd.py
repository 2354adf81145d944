"""MBG/NBD, BG/NBD and Pareto/NBD fitted to a million customers, against the fitters of lifetimes on the same columns.

python benchmarks/btyd.py --lifetimes /path/to/venv/bin/python

lifetimes is a yardstick and no dependency; it needs an environment of its own:

    python -m venv lifetimes && lifetimes/bin/pip install Lifetimes==0.11.3

Without it Regulars is timed alone. With --distinct both are given the distinct rows with weights instead.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import regulars as rg
from regulars.learn.buying_model import BuyingModel
from regulars.learn.repeat_buying import collapse

DAYS = 730
FITTERS = {"MBGNBD": "ModifiedBetaGeoFitter", "BGNBD": "BetaGeoFitter", "ParetoNBD": "ParetoNBDFitter"}
THEIRS = """
import json, sys, time
import lifetimes, numpy
columns = numpy.load(sys.argv[1])
fitter = getattr(lifetimes, sys.argv[2])()
started = time.perf_counter(), time.process_time()
fitter.fit(columns["x"], columns["t_x"], columns["T"], weights=columns["weight"] if "weight" in columns else None)
seconds = time.perf_counter() - started[0], time.process_time() - started[1]
print(json.dumps({"seconds": seconds, "parameters": {name: float(value) for name, value in fitter.params_.items()}}))
"""


def main() -> None:
    """Makes the customers of each model, fits both in turn, and scores them with ours."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3, help="of our fits; the best counts")
    parser.add_argument("--models", nargs="+", choices=list(FITTERS), default=list(FITTERS))
    parser.add_argument("--distinct", action="store_true", help="give both the distinct rows with weights")
    parser.add_argument("--lifetimes", default=sys.executable, help="a Python that can import lifetimes")
    asked = parser.parse_args()
    importing = [asked.lifetimes, "-c", "import lifetimes"]
    has_lifetimes = subprocess.run(importing, check=False, capture_output=True).returncode == 0
    if not has_lifetimes:
        print(f"not compared: {asked.lifetimes} cannot import lifetimes; --help says how to get it")
    for name in asked.models:
        _compare(name, asked, has_lifetimes)


def _compare(name: str, asked: argparse.Namespace, has_lifetimes: bool) -> None:
    x, t_x, T = make_customers(name, asked.customers)
    history = collapse(x, t_x, T, None)
    columns = {"x": x, "t_x": t_x, "T": T}
    if asked.distinct:
        columns = {key: getattr(history, key).per_row() for key in columns} | {"weight": history.weight}
    print(f"{name}: {asked.customers:,} customers, {len(history.weight):,} distinct rows, {len(columns['x']):,} given")

    theirs = _theirs(name, columns, asked.lifetimes) if has_lifetimes else None
    ours = [_ours(name, columns) for _ in range(asked.rounds)]
    wall, busy = (min(seconds[which] for _, seconds in ours) for which in (0, 1))
    model = ours[-1][0]
    value = _likelihood(model, history, model.params_)
    print(f"  regulars   {wall:8.2f} s, {busy:8.2f} s of processor, log-likelihood {value:.3f}")
    print(f"             {_words(model.params_)}, converged {model.converged_}")
    if theirs:
        (their_wall, their_busy), parameters = theirs["seconds"], theirs["parameters"]
        value = _likelihood(model, history, parameters)
        print(f"  lifetimes  {their_wall:8.2f} s, {their_busy:8.2f} s of processor, log-likelihood {value:.3f}")
        print(f"             {_words(parameters)}")
        print(f"  ratio      {their_wall / wall:8.0f}, {their_busy / busy:8.0f} of processor")
    _score(model, x, t_x, T)


def _ours(name: str, columns: dict[str, np.ndarray]) -> tuple[BuyingModel, tuple[float, float]]:
    model: BuyingModel = getattr(rg.learn, name)()
    started = time.perf_counter(), time.process_time()
    model.fit(**columns)
    return model, (time.perf_counter() - started[0], time.process_time() - started[1])


def _theirs(name: str, columns: dict[str, np.ndarray], python: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "columns.npz"
        np.savez(file, **columns)
        command = [python, "-c", THEIRS, str(file), FITTERS[name]]
        found: dict[str, Any] = json.loads(
            subprocess.run(command, check=True, capture_output=True).stdout.splitlines()[-1]
        )
    return found


def _likelihood(model: BuyingModel, history: Any, parameters: dict[str, float]) -> float:
    """Of any parameters, reckoned by the same code for both."""
    values = np.array([parameters[name] for name in model.params_])
    return model._likelihood(history).value_and_gradient(values)[0]


def _score(model: BuyingModel, *columns: np.ndarray) -> None:
    """Everything a run asks of a model: alive, orders and intervals of three times, and the next order."""
    started = time.perf_counter()
    model.probability_alive(*columns)
    model.time_to_next_order(*columns)
    for days in (30, 90, 365):
        model.expected_orders(days, *columns)
        model.probability_of_order(days, *columns)
        model.order_interval(days, *columns)
    print(f"  scoring    {time.perf_counter() - started:8.2f} s")


def _words(parameters: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.5g}" for name, value in parameters.items())


def make_customers(name: str, size: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, t_x and T in days of customers who live as the model says; orders of a day are one."""
    rng = np.random.default_rng(seed)
    T = rng.integers(1, DAYS + 1, size).astype(float)
    rate = rng.gamma(0.8, 1 / 25, size)
    chance = np.zeros(size) if name == "ParetoNBD" else rng.beta(0.8, 7.5, size)
    leaves_at = rng.exponential(1 / rng.gamma(0.7, 1 / 80, size)) if name == "ParetoNBD" else np.full(size, np.inf)
    ends = np.minimum(T, leaves_at)
    x, last, clock = np.zeros(size), np.zeros(size), np.zeros(size)
    buying = np.flatnonzero(rng.random(size) >= chance) if name == "MBGNBD" else np.arange(size)
    while len(buying):
        clock[buying] += rng.exponential(1 / rate[buying])
        buying = buying[clock[buying] <= ends[buying]]
        day = np.ceil(clock[buying])
        x[buying] += day > last[buying]
        last[buying] = day
        buying = buying[rng.random(len(buying)) >= chance[buying]]
    return x, np.minimum(last, T), T


if __name__ == "__main__":
    main()
