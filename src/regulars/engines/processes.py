"""Which process wrote something, and whether it still lives: what it left half done says so by its mark.

A number alone is not enough: in a container the server has the same one in every life, so each life has letters too.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
from pathlib import Path

_LIFE = secrets.token_hex(4)
_MARK = re.compile(r"(\d+)-([0-9a-f]+)")


def mark() -> str:
    """The number of this process and the letters of its life."""
    return f"{os.getpid()}-{_LIFE}"


def is_living(marked: str) -> bool:
    """Whether the process of a mark, on this machine, has not ended; False for what is no mark."""
    found = _MARK.match(marked)
    if found is None:
        return False
    number = int(found[1])
    if number == os.getpid():
        return found[2] == _LIFE
    return is_alive(number)


def is_alive(number: int) -> bool:
    """Whether a process with this number runs on this machine, whoever's it is."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def place() -> str:
    """Within what the numbers of processes are those of this one: the machine since it started, or a container of it.

    Empty where the system does not tell.
    """
    try:
        started = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{machine()}/{started}/{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return ""


def machine() -> str:
    """The name of this machine: a number of another one says nothing here."""
    return socket.gethostname()
