"""What is wrong with a PostgreSQL warehouse, whichever driver heard of it, in words that end with the repair."""

from __future__ import annotations

from regulars.engines.postgres_address import Address
from regulars.errors import WarehouseError

# What servers and libpq say, in small letters. dbt hands on the words of its driver and no code.
_LOST = (
    *("server closed the connection", "terminating connection", "connection to server", "could not connect"),
    *("connection already closed", "no connection to the server", "the database system is", "connection refused"),
    *("connection reset", "ssl connection has been closed", "could not receive data", "could not send data"),
)
_NO_ROOM = ("no space left on device", "could not extend file", "disk full", "out of memory", "out of shared memory")
_NOT_ALLOWED = ("permission denied", "must be owner of")
# What the run's own lock says, on whichever thread a transaction asked it.
LOCK_LOST = "that held the lock of this run was lost, so another run may be at work."


def problem(address: Address, words: str) -> WarehouseError | None:
    """What a message says of the warehouse; None when it is about the statement."""
    if LOCK_LOST in words:
        return lock_lost(address)
    said, error = words.lower(), RuntimeError(_telling(words))
    if any(sign in said for sign in _NO_ROOM):
        return no_room(address, error)
    if any(sign in said for sign in _LOST):
        return lost(address, error)
    if any(sign in said for sign in _NOT_ALLOWED):
        return not_allowed(address, error)
    return None


def lock_lost(address: Address) -> WarehouseError:
    """The connection that held the lock is gone, and with it the right to write."""
    return WarehouseError(
        f"The connection to {address.location} {LOCK_LOST} Nothing more was written and nothing was published; run"
        " again."
    )


def lost(address: Address, error: BaseException) -> WarehouseError:
    """The connection is gone."""
    return WarehouseError(
        f"The connection to {address.location} broke off: {address.plain(error)}."
        " What was not committed is undone; run again."
    )


def no_room(address: Address, error: BaseException) -> WarehouseError:
    """A disk or the memory of the server is full."""
    return WarehouseError(
        f"{address.location} has no room or memory left: {address.plain(error)}."
        " Free some on the server, and run again."
    )


def not_allowed(address: Address, error: BaseException) -> WarehouseError:
    """The user has not the right."""
    return WarehouseError(
        f"{address.user or 'This user'} may not do this in {address.location}: {address.plain(error)}."
        " Let its owner run `regulars init --warehouse URL` and grant regulars_loader, regulars_builder or"
        " regulars_reader."
    )


def _telling(words: str) -> str:
    """The line that says it; before it stands what dbt says of the model."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    signs = (*_NO_ROOM, *_LOST, *_NOT_ALLOWED)
    return next((line for line in lines if any(sign in line.lower() for sign in signs)), lines[0] if lines else "")
