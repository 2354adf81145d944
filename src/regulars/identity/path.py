"""By what two customer keys of one person hang together: directly, or through other keys. Pure: links in, steps out."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

# Certain links first: a shorter way is better, and of equally short ones that of the surer links.
_SURENESS = ("decision", "email", "phone", "key", "match")


@dataclass(frozen=True)
class Link:
    """Two keys and what links them: a kind of `linked_by`, and the value they share or the match's probability."""

    left: str
    right: str
    kind: str
    value: str


def shortest_path(links: Sequence[Link], start: str, end: str) -> list[Link]:
    """The shortest way from one key to another, each step read from left to right; empty when there is none.

    Args:
        links: Links between keys, either way round.
        start: The key to begin with.
        end: The key to arrive at.
    """
    neighbours: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        neighbours[link.left].append(link)
        neighbours[link.right].append(Link(link.right, link.left, link.kind, link.value))
    came_by: dict[str, Link | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in came_by:
        key = waiting.popleft()
        for link in sorted(neighbours[key], key=_surest_first):
            if link.right not in came_by:
                came_by[link.right] = link
                waiting.append(link.right)
    steps: list[Link] = []
    step = came_by.get(end)
    while step is not None:
        steps.append(step)
        step = came_by[step.left]
    return steps[::-1]


def _surest_first(link: Link) -> tuple[int, str, str]:
    place = _SURENESS.index(link.kind) if link.kind in _SURENESS else len(_SURENESS)
    return place, link.right, link.value
