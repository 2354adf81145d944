"""Who is signed in: a key opens a session, the browser keeps its token as a cookie, and the key is never seen again.

Sessions live in the memory of the server: when it starts anew everybody signs in again. One ends when it was quiet for
too long, when somebody signs out, and at once when its key is revoked or expires.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from regulars.serve.auth import KeyStore, Principal, hashed

# A day at work; whoever comes back the next morning signs in again.
QUIET_SECONDS = 12 * 3600.0
# More than anybody needs: what is signed in beyond it pushes out the session that was quiet longest.
MOST_SESSIONS = 10_000


@dataclass
class _Session:
    key_id: str
    used_at: float


class Sessions:
    """The sessions of one server.

    Args:
        store: The keys.
        clock: Seconds that only ever grow.
    """

    def __init__(self, store: KeyStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._open: OrderedDict[str, _Session] = OrderedDict()
        self._turn = threading.Lock()

    def sign_in(self, secret: str) -> tuple[str, Principal] | None:
        """The token of a new session, and whose it is; None when no key reads so."""
        principal = self._store.verify(secret)
        if principal is None:
            return None
        token = secrets.token_urlsafe(32)
        with self._turn:
            self._open[hashed(token)] = _Session(principal.key_id, self._clock())
            while len(self._open) > MOST_SESSIONS:
                self._open.popitem(last=False)
        return token, principal

    def principal(self, token: str) -> Principal | None:
        """Who has this token, as the keys are now; None when the session has ended."""
        place = hashed(token)
        with self._turn:
            found = self._open.get(place)
            if found is None:
                return None
            now = self._clock()
            if now - found.used_at > QUIET_SECONDS:
                del self._open[place]
                return None
            found.used_at = now
            self._open.move_to_end(place)
        return self._store.holder(found.key_id)

    def sign_out(self, token: str) -> None:
        """Ends a session, if there is one."""
        with self._turn:
            self._open.pop(hashed(token), None)
