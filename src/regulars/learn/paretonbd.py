"""Pareto/NBD: customers buy at random and leave at a time of their own, whether they have just bought or not.

Schmittlein, Morrison and Colombo (1987), "Counting Your Customers: Who Are They and What Will They Do Next?",
Management Science 33, 1-24; Fader and Hardie (2005), "A Note on Deriving the Pareto/NBD Model and Related Expressions".
"""

from __future__ import annotations

from regulars.learn.buying_model import BuyingModel
from regulars.learn.maximum_likelihood import Likelihood
from regulars.learn.pareto_future import ParetoFuture
from regulars.learn.pareto_likelihood import PARAMETERS, STARTS, ParetoLikelihood, log_odds_gone
from regulars.learn.repeat_buying import BuyingHistory, Distinct, Floats


class ParetoNBD(BuyingModel):
    """The model of Schmittlein, Morrison and Colombo: r, alpha (of the rate of orders), s, beta (of that of leaving).

    Example:
        model = ParetoNBD().fit(x, t_x, T)
        model.order_interval(90, x, t_x, T)
    """

    _parameters = PARAMETERS
    _times = ("alpha", "beta")
    _starts = STARTS

    def _likelihood(self, history: BuyingHistory) -> Likelihood:
        return ParetoLikelihood(history)

    def _log_odds_gone(self, parameters: Floats, x: Distinct, t_x: Distinct, T: Distinct) -> Floats:
        return log_odds_gone(parameters, x, t_x, T)

    def _future(self, parameters: Floats, x: Floats, T: Floats, t: Floats) -> ParetoFuture:
        r, alpha, s, beta = parameters
        return ParetoFuture(r + x, alpha + T, float(s), beta + T, t)
