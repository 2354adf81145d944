"""The lock of a PostgreSQL warehouse: held by a connection, so that it goes when the process or its connection dies.

Whoever was cut off from the server may go on for a while without knowing; so every durable transaction looks, before
it is committed, whether the lock is still held by the connection that took it, and publishing is done by that
connection itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from regulars.engines.journal import RunRecord
from regulars.engines.postgres_address import Address
from regulars.engines.postgres_problems import lock_lost
from regulars.engines.postgres_session import PostgresSession, connected
from regulars.errors import LockedError

_KEY = "hashtextextended('regulars run', 0)"
# The lock's number as pg_locks shows it, in two halves.
_HOLDER = f"""
select activity.pid, activity.client_addr::text as address, activity.backend_start::timestamp(0)::text as since
from pg_locks as locks
left join pg_stat_activity as activity on locks.pid = activity.pid
where locks.locktype = 'advisory' and locks.granted and locks.mode = 'ExclusiveLock' and locks.objsubid = 1
    and locks.database = (select oid from pg_database where datname = current_database())
    and (locks.classid::bigint << 32) + locks.objid::bigint = {_KEY}
"""


class RunLock:
    """The one lock of a database; `held` is the session that holds it, while this process does."""

    def __init__(self, address: Address, running: Callable[[], RunRecord | None]) -> None:
        self._address, self._running = address, running
        self.held: PostgresSession | None = None
        self._process = 0

    @contextmanager
    def hold(self) -> Iterator[PostgresSession]:
        """Holds the lock for the block.

        Raises:
            LockedError: Another run has it.
        """
        # Nothing comes over this connection for hours, which a server may be told to dislike.
        with connected(self._address, settings=("set idle_session_timeout = 0",)) as session:
            if not session.query(f"select pg_try_advisory_lock({_KEY})").column(0)[0].as_py():
                raise LockedError(self._who_holds(session))
            self._process = int(session.query("select pg_backend_pid()").column(0)[0].as_py())
            self.held = session
            try:
                yield session
            finally:
                self.held = None

    def refuse_if_lost(self, session: PostgresSession) -> None:
        """Looks, through any session, whether the connection that took the lock still holds it.

        Raises:
            WarehouseError: It does not.
        """
        if self.held is None:
            return
        holders = session.query(f"select pid from ({_HOLDER}) as holder").column(0).to_pylist()
        if self._process not in holders:
            raise lock_lost(self._address)

    def _who_holds(self, session: PostgresSession) -> str:
        run = self._running()
        who = f"run {run.run_id} (process {run.process_id}, since {run.started_at} UTC)" if run else "another process"
        found = session.query(_HOLDER).to_pylist()
        place = ""
        if found and found[0]["pid"]:
            place = f" on {found[0]['address'] or 'the server itself'}, server process {found[0]['pid']}"
        return f"The warehouse {self._address.location} is held by {who}{place}. Wait for it to end, then run again."
