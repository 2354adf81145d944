"""MBG/NBD: customers buy at random and may leave after any order, the first one included.

Batislam, Denizel and Filiztekin (2007), "Empirical validation and comparison of models for customer base analysis",
International Journal of Research in Marketing 24, 201-209; Hoppe and Wagner (2007), "Customer base analysis: The case
for a central variant of the Betageometric/NBD Model", Marketing JRM 3, 75-90; Wagner and Hoppe (2008), erratum, IJRM
25, 225-226.
"""

from __future__ import annotations

from regulars.learn.geometric_dropout import GeometricDropoutModel


class MBGNBD(GeometricDropoutModel):
    """The default model of the number of orders: r, alpha (of the rate of orders), a, b (of the chance to leave).

    In BG/NBD a customer without a repeat order is alive for certain; here the first order may have been the last.

    Example:
        model = MBGNBD().fit(x, t_x, T)
        model.expected_orders(90, x, t_x, T)
    """

    _first_chance = 1
