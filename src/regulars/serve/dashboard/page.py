"""What a page is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from regulars.serve.dashboard.desk import Desk


@dataclass(frozen=True)
class Page:
    """A page of the dashboard.

    Attributes:
        path: Its address below /dashboard/.
        title: What the list of pages and its heading call it.
        icon: Before its title, such as ":material/groups:".
        draw: Draws it.
        needs_publication: Whether there is nothing to see before something was published.
    """

    path: str
    title: str
    icon: str
    draw: Callable[[Desk], None]
    needs_publication: bool = True
