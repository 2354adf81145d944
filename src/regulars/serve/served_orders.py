"""Whether the orders are served: those of a warehouse on Spark may stay in its lake, and all else is served without."""

from __future__ import annotations

from regulars import marts
from regulars.engines.base import Session
from regulars.errors import InputError


def serves_orders(live: Session) -> bool:
    """Whether the orders are among what is published."""
    return bool(live.columns(marts.FCT_ORDERS))


def refuse_without_orders(live: Session) -> None:
    """Refuses what only the orders can tell, where they are not served.

    Raises:
        InputError: They are not.
    """
    if not serves_orders(live):
        raise InputError(
            "Only the orders can tell that, and they stay in the lake of this warehouse. Ask Spark there (live.json"
            " says where each table lies), or set bring_home_orders = true under [spark] and run again."
        )
