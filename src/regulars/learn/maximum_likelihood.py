"""Maximum likelihood of positive parameters, and honest about it: what did not converge is said, with the reason.

Parameters are sought as logarithms, so that they stay positive. Several starts climb on a fair sample of the
customers, which costs next to nothing; from the best of them a few steps on everyone lead to the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from regulars.learn.one_thread import one_thread
from regulars.learn.repeat_buying import Floats

SAMPLE = 4_000  # distinct rows the starts climb on

_BOUND = 10.0  # of the logarithms: with time rescaled, parameters from 1/22,026 to 22,026
_STEPS = 60
_HALVINGS = 20


class Likelihood(Protocol):
    """A log-likelihood of positive parameters."""

    def value_and_gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """The log-likelihood of all customers, and its gradient."""
        ...

    def hessian(self, parameters: Floats) -> Floats:
        """The matrix of its second derivatives."""
        ...


@dataclass(frozen=True)
class Maximum:
    """Where the climb ended.

    Attributes:
        parameters: The best that was found.
        standard_errors: Square roots of the diagonal of the inverse observed information; NaN where it did not
            converge.
        log_likelihood: At `parameters`.
        problem: Why this is not known to be a maximum; empty when it is one.
    """

    parameters: Floats
    standard_errors: Floats
    log_likelihood: float
    problem: str = ""


@dataclass(frozen=True)
class _Place:
    """A point of the climb, in logarithms of the parameters."""

    logs: Floats
    value: float
    gradient: Floats


def maximise(
    names: Sequence[str], everyone: Likelihood, sample: Likelihood, starts: Sequence[Sequence[float]]
) -> Maximum:
    """Climbs from every start on the sample, and from the best end of those on everyone.

    Args:
        names: Of the parameters, for what is said of them.
        everyone: The likelihood of all customers.
        sample: The same of some of them; `everyone` itself where they are few.
        starts: Positive parameters to begin with.
    """
    with one_thread():
        return _maximised(names, everyone, sample, starts)


def hessian_by_differences(likelihood: Likelihood, parameters: Floats) -> Floats:
    """Second derivatives as central differences of the gradient, for likelihoods whose own would cost more."""
    rows = []
    for place, parameter in enumerate(parameters):
        step = np.zeros(len(parameters))
        step[place] = 1e-4 * parameter
        above = likelihood.value_and_gradient(parameters + step)[1]
        below = likelihood.value_and_gradient(parameters - step)[1]
        rows.append((above - below) / (2 * step[place]))
    hessian = np.array(rows)
    symmetric: Floats = (hessian + hessian.T) / 2
    return symmetric


def _maximised(
    names: Sequence[str], everyone: Likelihood, sample: Likelihood, starts: Sequence[Sequence[float]]
) -> Maximum:
    ends = [_bounded_climb(sample, np.log(np.asarray(start, dtype=float))) for start in starts]
    best = max(ends, key=lambda end: end.value)
    place = _newton_climb(everyone, best.logs)
    problem, inverse = _judged(names, everyone, place)
    if problem:
        # The sample misled, or the top is no peak: the slow way, which knows of bounds, from every end.
        ends = [_bounded_climb(everyone, end.logs) for end in ends]
        place = max([place, *(_newton_climb(everyone, end.logs) for end in ends), *ends], key=lambda end: end.value)
        problem, inverse = _judged(names, everyone, place)
    parameters = np.exp(place.logs)
    errors = np.full(len(parameters), np.nan)
    if inverse is not None and not problem:
        errors = parameters * np.sqrt(np.diag(inverse))
    return Maximum(parameters, errors, place.value, problem)


def _at(likelihood: Likelihood, logs: Floats) -> _Place:
    parameters = np.exp(logs)
    value, gradient = likelihood.value_and_gradient(parameters)
    return _Place(logs, value, gradient * parameters)


def _information(likelihood: Likelihood, place: _Place) -> Floats:
    """The observed information of the logarithms: minus the second derivatives, by the chain rule."""
    parameters = np.exp(place.logs)
    outer = np.outer(parameters, parameters)
    information: Floats = -outer * likelihood.hessian(parameters) - np.diag(place.gradient)
    return information


def _bounded_climb(likelihood: Likelihood, logs: Floats) -> _Place:
    from scipy.optimize import minimize

    scale = 1 / max(1.0, abs(_at(likelihood, logs).value))

    def descent(at: Floats) -> tuple[float, Floats]:
        place = _at(likelihood, at)
        return -place.value * scale, -place.gradient * scale

    bounds = [(-_BOUND, _BOUND)] * len(logs)
    options = {"maxiter": 500, "ftol": 1e-12, "gtol": 1e-9}
    return _at(likelihood, minimize(descent, logs, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x)


def _newton_climb(likelihood: Likelihood, logs: Floats) -> _Place:
    """Newton's steps with the curvature of the start, corrected on the way: few looks at all customers."""
    place = _at(likelihood, logs)
    inverse = _inverse(_information(likelihood, place))
    for _ in range(_STEPS):
        if inverse is None or _gain(inverse, place) < _enough(place):
            break
        step = inverse @ place.gradient
        following = _uphill(likelihood, place, step * min(1.0, 2 / np.abs(step).max()))
        if following is None:
            break
        inverse = _corrected(inverse, following.logs - place.logs, place.gradient - following.gradient)
        place = following
    return place


def _uphill(likelihood: Likelihood, place: _Place, step: Floats) -> _Place | None:
    """A place higher up along the step, the step halved until there is one."""
    noise = 1e-15 * abs(place.value)
    for halving in range(_HALVINGS):
        part = step * 0.5**halving
        if np.abs(place.logs + part).max() > _BOUND:
            continue
        following = _at(likelihood, place.logs + part)
        if following.value >= place.value + 1e-4 * float(part @ place.gradient) - noise:
            return following
    return None


def _corrected(inverse: Floats, step: Floats, change: Floats) -> Floats:
    """The inverse curvature after a step and the change of the gradient over it, by the formula named BFGS."""
    along = float(step @ change)
    if along <= 0:
        return inverse
    turn = np.eye(len(step)) - np.outer(step, change) / along
    corrected: Floats = turn @ inverse @ turn.T + np.outer(step, step) / along
    return corrected


def _inverse(information: Floats) -> Floats | None:
    """The inverse, if the information is that of a peak."""
    if not np.isfinite(information).all():
        return None
    scale = np.sqrt(np.abs(np.diag(information)))
    if not scale.all():
        return None
    unit = np.outer(scale, scale)
    if np.linalg.eigvalsh(information / unit).min() < 1e-10:
        return None
    inverse: Floats = np.linalg.inv(information / unit) / unit
    return inverse


def _gain(inverse: Floats, place: _Place) -> float:
    """What a Newton step would still gain in log-likelihood."""
    return float(place.gradient @ inverse @ place.gradient) / 2


def _enough(place: _Place) -> float:
    """A gain too small to matter: a parameter is then within thousandths of its standard error."""
    return max(1e-9, 1e-13 * abs(place.value))


def _judged(names: Sequence[str], likelihood: Likelihood, place: _Place) -> tuple[str, Floats | None]:
    """Why the place is not known to be a maximum, or nothing; and the inverse of the information there."""
    ran_away = [name for name, log in zip(names, place.logs, strict=True) if abs(log) > _BOUND - 1e-3]
    if ran_away:
        return f"the likelihood grows without a maximum, {' and '.join(ran_away)} to the end of what is tried", None
    inverse = _inverse(_information(likelihood, place))
    if inverse is None:
        return "the likelihood has no peak there: several sets of parameters explain these customers alike", None
    if _gain(inverse, place) > 10 * _enough(place):
        return f"the climb stopped {_gain(inverse, place):.2g} log-likelihood below the top", inverse
    return "", inverse
