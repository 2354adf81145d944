"""What must hold of all three models, whatever their assumptions."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from tests.unit.learn.buyers import Buyers, make_geometric_buyers, make_pareto_buyers

from regulars.errors import InputError, NotConverged, NotFitted
from regulars.learn import repeat_buying
from regulars.learn.bgnbd import BGNBD
from regulars.learn.buying_model import BuyingModel
from regulars.learn.mbgnbd import MBGNBD
from regulars.learn.paretonbd import ParetoNBD

ALL = pytest.mark.parametrize("kind", [MBGNBD, BGNBD, ParetoNBD])
TRUTHS = {
    MBGNBD: {"r": 0.8, "alpha": 6.0, "a": 0.9, "b": 3.5},
    BGNBD: {"r": 0.8, "alpha": 6.0, "a": 0.9, "b": 3.5},
    ParetoNBD: {"r": 0.8, "alpha": 6.0, "s": 0.7, "beta": 20.0},
}
TIMES = {"alpha", "beta"}


def make(kind: type[BuyingModel], size: int, seed: int, ahead: float = 0.0) -> Buyers:
    if kind is ParetoNBD:
        return make_pareto_buyers(TRUTHS[kind], size, seed, ahead)
    return make_geometric_buyers(TRUTHS[kind], size, seed, first_may_be_last=kind is MBGNBD, ahead=ahead)


def with_truth(kind: type[BuyingModel]) -> BuyingModel:
    model = kind()
    model.params_ = TRUTHS[kind]
    return model


@ALL
def test_days_or_years_are_the_same_customers(kind: type[BuyingModel]) -> None:
    x, t_x, T = make(kind, 3000, seed=21).history
    weeks = kind().fit(x, t_x, T)
    for unit in (7.0, 1 / 52.18):
        other = kind().fit(x, t_x * unit, T * unit)
        for name, value in weeks.params_.items():
            factor = unit if name in TIMES else 1.0
            assert other.params_[name] == pytest.approx(value * factor, rel=1e-5)
            assert other.standard_errors_[name] == pytest.approx(weeks.standard_errors_[name] * factor, rel=1e-3)
        assert other.log_likelihood_ == pytest.approx(weeks.log_likelihood_ - x.sum() * np.log(unit), abs=1e-4)
        ahead = [model.expected_orders(4 * u, x, t_x * u, T * u) for model, u in ((weeks, 1), (other, unit))]
        assert ahead[0] == pytest.approx(ahead[1], rel=1e-4)


@ALL
def test_a_weight_is_that_many_rows(kind: type[BuyingModel]) -> None:
    columns = np.array(make(kind, 1000, seed=22).history)
    weight = np.random.default_rng(1).integers(0, 4, 1000)
    weighted, repeated = kind().fit(*columns, weight), kind().fit(*np.repeat(columns, weight, axis=1))
    assert weighted.params_ == pytest.approx(repeated.params_, rel=1e-6)
    assert weighted.log_likelihood_ == pytest.approx(repeated.log_likelihood_)
    assert weighted.customers_ == repeated.customers_ == weight.sum()


@ALL
def test_the_order_of_the_rows_changes_nothing(kind: type[BuyingModel]) -> None:
    columns = np.array(make(kind, 6000, seed=23).history)
    shuffled = columns[:, np.random.default_rng(1).permutation(6000)]
    assert kind().fit(*columns).params_ == kind().fit(*shuffled).params_


@ALL
def test_what_is_predicted_of_made_customers_comes_true(kind: type[BuyingModel]) -> None:
    buyers = make(kind, 40_000, seed=24, ahead=26)
    model = with_truth(kind)
    expected = model.expected_orders(26, *buyers.history)
    error = (buyers.later - expected).std() / np.sqrt(len(expected))
    assert expected.mean() == pytest.approx(buyers.later.mean(), abs=4 * error)
    any_order = model.probability_of_order(26, *buyers.history)
    for low in np.arange(0, 1, 0.2):
        rows = (any_order >= low) & (any_order < low + 0.2)
        spread = 4 * np.sqrt(0.25 / max(rows.sum(), 1))
        assert (buyers.later[rows] > 0).mean() == pytest.approx(any_order[rows].mean(), abs=spread)
    lowest, highest = model.order_interval(26, *buyers.history)
    inside = ((lowest <= buyers.later) & (buyers.later <= highest)).mean()
    assert inside > 0.79
    assert (buyers.later < lowest).mean() < 0.11
    assert (buyers.later > highest).mean() < 0.11
    assert (expected >= lowest - 1).all()


@ALL
@given(
    x=st.integers(0, 300), parts=st.tuples(st.floats(0, 1), st.floats(0, 1)), T=st.floats(0, 3000), t=st.floats(0, 200)
)
def test_probabilities_lie_in_their_range_and_grow_as_they_should(
    kind: type[BuyingModel], x: int, parts: tuple[float, float], T: float, t: float
) -> None:
    model = with_truth(kind)
    earlier, later = (0.0, 0.0) if x == 0 else sorted(part * T for part in parts)
    alive = model.probability_alive([x, x], [earlier, later], [T, T])
    assert 0 <= alive[0] <= alive[1] + 1e-12 <= 1 + 1e-12
    expected = model.expected_orders([0, t, 2 * t + 1], x, later, T)
    assert expected[0] == 0
    assert (np.diff(expected) >= 0).all()
    chance = model.probability_of_order([0, t, 2 * t + 1], x, later, T)
    assert chance[0] == pytest.approx(0, abs=1e-12)
    assert (np.diff(chance) >= -1e-12).all()
    assert chance[2] <= min(alive[1], expected[2]) + 1e-9
    lowest, highest = model.order_interval([t, 2 * t + 1], x, later, T)
    assert (lowest <= highest).all()
    # Pareto/NBD mixes over some fifty times of leaving: ten thousand orders are right to a percent.
    assert highest[0] <= 1.01 * highest[1]
    assert model.time_to_next_order(x, later, T) > 0


@ALL
def test_a_wider_interval_holds_a_narrower_one_and_one_without_time_is_empty(kind: type[BuyingModel]) -> None:
    model, history = with_truth(kind), make(kind, 500, seed=25).history
    narrow, wide = (model.order_interval(30, *history, coverage=coverage) for coverage in (0.5, 0.95))
    assert (wide[0] <= narrow[0]).all()
    assert (narrow[1] <= wide[1]).all()
    assert (wide[1] > narrow[1]).any()
    assert not model.order_interval(0, *history).any()


DEGENERATE = {
    "one customer": ([2], [10.0], [20.0]),
    "one who never came back": ([0], [0], [20]),
    "nobody came back": ([0] * 50, [0] * 50, list(range(1, 51))),
    "all of the last day": ([0, 0], [0, 0], [0, 0]),
    "identical customers": ([3] * 100, [10] * 100, [20] * 100),
    "a thousand orders each": ([1000] * 20, [300] * 20, [365] * 20),
    "orders within no time": ([1, 1, 2], [0, 0, 0], [5, 6, 7]),
}


@ALL
@pytest.mark.parametrize("case", DEGENERATE)
def test_customers_that_tell_nothing_break_no_fit_and_it_says_so(kind: type[BuyingModel], case: str) -> None:
    model = kind()
    with pytest.warns(NotConverged, match=f"{kind.__name__} did not converge on .*Fit it to more"):
        model.fit(*DEGENERATE[case])
    assert not model.converged_
    assert model.problem_
    assert np.isnan(list(model.standard_errors_.values())).all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for prediction in (
            model.expected_orders(30, *DEGENERATE[case]),
            model.probability_alive(*DEGENERATE[case]),
            model.probability_of_order(30, *DEGENERATE[case]),
            model.order_interval(30, *DEGENERATE[case]),
        ):
            assert np.isfinite(prediction).all()
            assert (prediction >= 0).all()


@ALL
def test_a_customer_with_a_thousand_orders_among_others_breaks_nothing(kind: type[BuyingModel]) -> None:
    x, t_x, T = (
        np.append(column, value) for column, value in zip(make(kind, 4000, 26).history, (1000, 50, 60), strict=True)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = kind().fit(x, t_x, T)
        assert model.converged_
        assert model.expected_orders(10, 1000, 60, 60) == pytest.approx(1000 / 6, rel=0.2)
        assert model.probability_alive(1000, 30, 60) < 1e-100


@ALL
def test_nobody_leaving_is_told_rather_than_guessed(kind: type[BuyingModel]) -> None:
    rng = np.random.default_rng(27)
    T = np.full(2000, 100.0)
    x = rng.poisson(rng.gamma(2, 0.1, 2000) * T)
    t_x = np.where(x > 0, T * rng.random(2000) ** (1 / np.maximum(x, 1)), 0)
    with pytest.warns(NotConverged, match="grows without a maximum, .* to the end of what is tried"):
        model = kind().fit(x, t_x, T)
    assert model.expected_orders(10, x, t_x, T).mean() == pytest.approx(2, rel=0.1)


@ALL
def test_customers_are_scored_alike_in_one_block_or_in_many(kind: type[BuyingModel], monkeypatch) -> None:
    model, history = with_truth(kind), make(kind, 1000, seed=28).history
    calls = [
        lambda: model.expected_orders(30, *history),
        lambda: model.probability_alive(*history),
        lambda: model.order_interval(30, *history),
        lambda: model.time_to_next_order(*history),
    ]
    whole = [call() for call in calls]
    monkeypatch.setattr(repeat_buying, "BLOCK", 170)
    for call, expected in zip(calls, whole, strict=True):
        assert call() == pytest.approx(expected, rel=1e-9)


@ALL
def test_numbers_are_answered_by_numbers_and_columns_by_columns(kind: type[BuyingModel]) -> None:
    model = with_truth(kind)
    assert np.ndim(model.expected_orders(30, 2, 10, 20)) == 0
    assert model.expected_orders([10, 20], 2, 10, 20).shape == (2,)
    assert model.order_interval(30, [2, 3], [10, 12], [20, 20]).shape == (2, 2)
    assert model.probability_alive([], [], []).shape == (0,)
    assert model.order_interval(30, [], [], []).shape == (2, 0)


@ALL
def test_it_keeps_the_conventions_of_scikit_learn(kind: type[BuyingModel]) -> None:
    model = kind()
    with pytest.raises(NotFitted, match=f"This {kind.__name__} has no parameters yet. Call `fit` first"):
        model.expected_orders(30, 1, 1, 2)
    history = make(kind, 2000, seed=29).history
    assert model.fit(*history) is model
    assert not hasattr(clone(model), "params_")
    assert model.get_params() == {}
    assert list(model.params_) == list(model.standard_errors_) == list(TRUTHS[kind])


@ALL
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((-1, 1, 1, 2), "`t` of row 0 .* is negative"),
        ((1, 1, 3, 2), "lies after T"),
        ((1, [1, 2], [1, 2, 3], [5, 5]), "shapes .* same length"),
        ((np.nan, 1, 1, 2), "`t` of row 0 .* missing"),
    ],
)
def test_questions_that_make_no_sense_are_refused(kind: type[BuyingModel], arguments, said: str) -> None:
    with pytest.raises(InputError, match=said):
        with_truth(kind).expected_orders(*arguments)


@ALL
def test_an_interval_needs_a_probability(kind: type[BuyingModel]) -> None:
    with pytest.raises(InputError, match="`coverage` is 80"):
        with_truth(kind).order_interval(30, 1, 1, 2, coverage=80)
