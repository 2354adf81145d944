"""BG/NBD: customers buy at random and may leave after any repeat order.

Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD Model", Marketing
Science 24, 275-284.
"""

from __future__ import annotations

from regulars.learn.geometric_dropout import GeometricDropoutModel


class BGNBD(GeometricDropoutModel):
    """The model of Fader, Hardie and Lee: r, alpha (of the rate of orders), a, b (of the chance to leave).

    A customer without a repeat order has had no occasion to leave and is alive for certain, however long ago.

    Example:
        model = BGNBD().fit(x, t_x, T)
        model.probability_alive(x, t_x, T)
    """

    _first_chance = 0
