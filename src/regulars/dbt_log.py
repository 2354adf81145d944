"""dbt's own events in our log: which model or test is done and how long it took, and what dbt warns of.

Its messages are left out, for those of a driver quote rows: what failed is told by the error that ends the stage.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_DONE = ("LogModelResult", "LogTestResult")
_log = logging.getLogger("dbt")


def hear(message: Any) -> None:
    """Tells the log of one event of dbt; called from threads of its own."""
    name = message.info.name
    if name in _DONE:
        node, data = message.data.node_info, message.data
        details = {"node": node.node_name, "status": str(data.status), "seconds": round(data.execution_time, 3)}
        _log.debug("A node is done.", extra={"details": details})
    elif message.info.level in ("warn", "error"):
        _log.debug("dbt tells of %s", name)


@contextmanager
def unheard_are_dropped() -> Iterator[None]:
    """Spares dbt the writing of its events at debug level, twenty per node, which no one here hears."""
    from dbt_common.events import event_manager_client as client
    from dbt_common.events.base_types import EventLevel
    from dbt_common.events.event_manager import EventManager

    class Manager(EventManager):
        def fire_event(self, e: Any, level: EventLevel | None = None, *rest: Any, **named: Any) -> None:
            if self.loggers or (level or e.level_tag()) != EventLevel.DEBUG:
                super().fire_event(e, level, *rest, **named)

    before = client.get_event_manager()
    client.ctx_set_event_manager(Manager())
    try:
        yield
    finally:
        client.ctx_set_event_manager(before)
