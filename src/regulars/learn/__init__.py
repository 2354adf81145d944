"""Models fitted to the marts, which SQL cannot do. The maths is arrays or Arrow; only a stage knows a warehouse.

    import regulars as rg
    model = rg.learn.MBGNBD().fit(x, t_x, T)
    model.expected_orders(90, x, t_x, T)

Importing this is cheap: an estimator and what it needs are imported when it is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.learn.bgnbd import BGNBD
    from regulars.learn.credibility_value import CredibilityValue
    from regulars.learn.gamma_gamma import GammaGamma
    from regulars.learn.mbgnbd import MBGNBD
    from regulars.learn.paretonbd import ParetoNBD
    from regulars.learn.value_independence import check_independence, fit_value_model

__all__ = ["BGNBD", "MBGNBD", "CredibilityValue", "GammaGamma", "ParetoNBD", "check_independence", "fit_value_model"]

_HOMES = {
    "MBGNBD": "regulars.learn.mbgnbd",
    "BGNBD": "regulars.learn.bgnbd",
    "ParetoNBD": "regulars.learn.paretonbd",
    "GammaGamma": "regulars.learn.gamma_gamma",
    "CredibilityValue": "regulars.learn.credibility_value",
    "check_independence": "regulars.learn.value_independence",
    "fit_value_model": "regulars.learn.value_independence",
}


def __getattr__(name: str) -> Any:
    """Finds a public name in its module on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'regulars.learn' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
