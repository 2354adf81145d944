"""Regulars: customer segmentation you can trust.

    import regulars as rg
    result = rg.run(orders="orders.csv")
    result.table("customer_segments")

Importing this is cheap: what is heavy is imported when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars import learn
    from regulars.errors import RegularsError
    from regulars.result import Result, run
    from regulars.scoring import score
    from regulars.settings import Settings, load_settings

__version__ = "0.1.0"
__all__ = ["RegularsError", "Result", "Settings", "__version__", "learn", "load_settings", "run", "score"]

_HOMES = {
    "Result": "regulars.result",
    "run": "regulars.result",
    "score": "regulars.scoring",
    "RegularsError": "regulars.errors",
    "Settings": "regulars.settings",
    "load_settings": "regulars.settings",
}


def __getattr__(name: str) -> Any:
    """Finds a public name in its module on first use."""
    from importlib import import_module

    if name not in _HOMES:
        if name == "learn":
            return import_module("regulars.learn")
        raise AttributeError(f"module 'regulars' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
