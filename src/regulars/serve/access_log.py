"""Who asked what, written behind the back of the requests: noting one takes no longer than putting it on a list.

Every second what has come together is written in one transaction. A server that is killed loses that second; one that
cannot write keeps the newest requests, says so once, and goes on answering.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import threading
from collections import deque

from regulars.engines.access_records import AccessRecords, AccessRow
from regulars.engines.journal import ledger_time
from regulars.errors import RegularsError

WRITE_SECONDS = 1.0
# Waiting requests at most: what comes while the store cannot be written pushes out the oldest.
MOST_WAITING = 50_000
_TRIM_EVERY = 600  # writes, that is about ten minutes
_log = logging.getLogger("regulars.access")


class AccessLog:
    """Notes requests, and writes them from a thread of its own between `start` and `stop`.

    Args:
        records: Where they are kept.
        days: How long they are remembered.
        rows: How many are remembered at most.
    """

    def __init__(self, records: AccessRecords, *, days: int, rows: int) -> None:
        self._records, self._days, self._rows = records, days, rows
        self._waiting: deque[AccessRow] = deque(maxlen=MOST_WAITING)
        self._used: dict[str, dt.datetime] = {}
        self._ending = threading.Event()
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None
        self._fails = False

    def note(self, key_name: str | None, key_id: str, method: str, route: str, status: int, address: str) -> None:
        """Puts a request on the list; `route` is the template, never the path that was asked for."""
        now = ledger_time()
        self._waiting.append(AccessRow(now, key_name, method, route, status, address))
        if key_id:
            self._used[key_id] = now

    def start(self) -> None:
        """Begins to write."""
        self._ending.clear()
        self._thread = threading.Thread(target=self._work, name="regulars-access", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Writes what is left and ends."""
        if self._thread is not None:
            self._ending.set()
            self._thread.join()
            self._thread = None

    def write(self) -> None:
        """Writes what is on the list; what cannot be written stays there."""
        with self._turn:
            rows = list(self._waiting)
            used, self._used = self._used, {}
            if not rows:
                return
            try:
                self._records.note(rows, used)
            except RegularsError as error:
                self._used = used | self._used
                if not self._fails:
                    _log.warning("ops.access cannot be written, and requests are kept in memory: %s", error)
                self._fails = True
                return
            self._fails = False
            # Those written are the oldest; when the list overflowed meanwhile, some of them are gone already.
            written = {id(row) for row in rows}
            while self._waiting and id(self._waiting[0]) in written:
                self._waiting.popleft()

    def trim(self) -> None:
        """Forgets what is older or more than is to be remembered."""
        try:
            self._records.trim(ledger_time() - dt.timedelta(days=self._days), self._rows)
        except RegularsError as error:
            _log.warning("ops.access cannot be trimmed: %s", error)

    def _work(self) -> None:
        turn = 0
        while not self._ending.wait(WRITE_SECONDS):
            self.write()
            if turn % _TRIM_EVERY == 0:
                self.trim()
            turn += 1
        self.write()


def network(address: str) -> str:
    """The network that an address lies in, which is no person: 203.0.113.0/24, 2001:db8:1::/48; loopback whole."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "local" if not address else "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.is_loopback:
        return str(found)
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))
