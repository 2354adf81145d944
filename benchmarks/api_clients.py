"""The clients of the benchmark of the server: they ask at a fixed rate, and time each request from when it was due."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

# Seconds before and after the first answer of a publication that are looked at apart.
AFTERWARDS = 10.0
# Of a hundred requests.
MIX = {"look-up": 50, "segments": 20, "health": 20, "page of a segment": 10}


@dataclass
class Found:
    """Milliseconds of each kind of request, errors, and the runs that answered, with the second of their first answer.

    `around` are the requests since just before the last of them, with their second and kind.
    """

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    runs: dict[str, float] = field(default_factory=dict)
    reconnected: int = 0
    seconds: float = 0.0
    around: list[tuple[float, float, str]] = field(default_factory=list)


def ask_from_here(
    there: Any,
    port: int,
    ids: list[int],
    segments: list[str],
    clients: int,
    rate: float,
    seconds: float,
    patience: float,
    run_id: str | None,
) -> None:
    """Asks in a process of its own, and sends what it found."""
    found = Found()
    asyncio.run(_asked(port, ids, segments, clients, rate, seconds, patience, run_id, found))
    there.send(
        (dict(found.milliseconds), dict(found.errors), found.runs, found.reconnected, found.seconds, found.around)
    )


async def _asked(
    port: int,
    ids: list[int],
    segments: list[str],
    clients: int,
    rate: float,
    seconds: float,
    patience: float,
    run_id: str | None,
    found: Found,
) -> None:
    """Asks for so many seconds; beside a run until ten seconds after its first answer, if patience lasts."""
    chance = random.Random(1)
    paths = paths_of(ids, segments, chance)
    due: asyncio.Queue[tuple[float, str] | None] = asyncio.Queue()
    begun = time.perf_counter()
    workers = [asyncio.create_task(_client(port, due, paths, found, begun)) for _ in range(clients)]
    for number in count():
        at = begun + number / rate
        published = found.runs.get(run_id or "")
        is_seen = run_id is None or (published is not None and at - begun > published + AFTERWARDS)
        if at - begun >= (seconds if is_seen else patience):
            break
        if (ahead := at - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        [kind] = chance.choices(list(MIX), list(MIX.values()))
        due.put_nowait((at, kind))
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)
    found.seconds = time.perf_counter() - begun
    if published := found.runs.get(run_id or ""):
        found.around = [one for one in found.around if one[0] > published - AFTERWARDS]


async def _client(
    port: int, due: asyncio.Queue[tuple[float, str] | None], paths: Any, found: Found, begun: float
) -> None:
    """Takes what is due, one request after the other on one connection, which is made anew when it was closed."""
    reader = writer = None
    while (task := await due.get()) is not None:
        at, kind = task
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
            writer.write(f"GET {paths[kind]()} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            status, headers, _ = await _answer(reader)
            milliseconds = (time.perf_counter() - at) * 1000
            found.milliseconds[kind].append(milliseconds)
            found.around.append((at - begun, milliseconds, kind))
            if status != 200:
                found.errors[f"{kind}: {status}"] += 1
            # The tag is the run, the version and the role.
            if named := re.search(r'etag: "([^"]+)', headers):
                found.runs.setdefault(named[1].rsplit("-", 2)[0], at - begun)
            if "connection: close" in headers:
                writer = None
        except (OSError, asyncio.IncompleteReadError):
            # The server closes a connection that nobody used for some seconds: another one is made, and it counts.
            writer = None
            found.reconnected += 1
            due.put_nowait((at, kind))


async def _answer(reader: Any) -> tuple[int, str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = re.search(r"content-length: (\d+)", head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    return int(head.split(" ", 2)[1]), head, body


def paths_of(ids: list[int], segments: list[str], chance: random.Random) -> dict[str, Callable[[], str]]:
    """What is asked for, by kind: customers and pages by chance."""
    return {
        "look-up": lambda: f"/customers/{chance.choice(ids)}",
        "segments": lambda: "/segments",
        "health": lambda: "/health",
        "page of a segment": lambda: f"/segments/{chance.choice(segments)}/customers?page={chance.randint(1, 20)}",
    }
