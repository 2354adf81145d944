"""BG/NBD and MBG/NBD are one model, but for the first order: whether a customer may leave right after it."""

from __future__ import annotations

from typing import ClassVar

from regulars.learn.buying_model import BuyingModel
from regulars.learn.geometric_future import GeometricFuture
from regulars.learn.geometric_likelihood import PARAMETERS, STARTS, GeometricLikelihood, log_odds_gone
from regulars.learn.maximum_likelihood import Likelihood
from regulars.learn.repeat_buying import BuyingHistory, Distinct, Floats


class GeometricDropoutModel(BuyingModel):
    """Orders at a gamma distributed rate, and after each a beta distributed chance that it was the last."""

    _parameters = PARAMETERS
    _times = ("alpha",)
    _starts = STARTS
    _first_chance: ClassVar[int]

    def _likelihood(self, history: BuyingHistory) -> Likelihood:
        return GeometricLikelihood(history, self._first_chance)

    def _log_odds_gone(self, parameters: Floats, x: Distinct, t_x: Distinct, T: Distinct) -> Floats:
        return log_odds_gone(parameters, x, t_x, T, self._first_chance)

    def _future(self, parameters: Floats, x: Floats, T: Floats, t: Floats) -> GeometricFuture:
        r, alpha, a, b = parameters
        return GeometricFuture(r + x, alpha + T, float(a), b + x + self._first_chance, t)
