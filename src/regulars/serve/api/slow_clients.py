"""Clients that hold a connection and send or take next to nothing lose it; uvicorn alone would wait for ever.

What comes after the head of a request is `body_limit.py`'s; here are the head, and answers that are not taken.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from regulars.serve_settings import ServeSettings


def server_options(settings: ServeSettings) -> dict[str, Any]:
    """What uvicorn is started with: `uvicorn.Config(app, **server_options(settings.serve))`."""
    return {
        "host": settings.host,
        "port": settings.port,
        "http": impatient_protocol(settings.slow_client_seconds),
        # uvicorn's log has the address and the raw path of each request; ops.access has what may be known of it.
        "access_log": False,
        "server_header": False,
        "proxy_headers": True,
        "forwarded_allow_ips": list(settings.trusted_proxies),
        "limit_concurrency": settings.max_connections,
        "h11_max_incomplete_event_size": 32 * 1024,
        "timeout_keep_alive": 5,
        "timeout_graceful_shutdown": 10,
    }


def impatient_protocol(seconds: float) -> type[H11Protocol]:
    """uvicorn's HTTP with an end to waiting: for the head of a request, and for a client to take what was sent."""

    class ImpatientProtocol(H11Protocol):
        _head_timer: asyncio.TimerHandle | None = None
        _taking_timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._watch_head()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch_head()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._taking_timer = self.loop.call_later(seconds, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            _stop(self._taking_timer)

        def connection_lost(self, exc: Exception | None) -> None:
            _stop(self._head_timer)
            _stop(self._taking_timer)
            super().connection_lost(exc)

        def _watch_head(self) -> None:
            # Idle is who has begun no request, or has not come to the end of its head. The time is not begun anew by
            # each byte; between two requests of a connection uvicorn counts it.
            if self.conn.their_state is h11.IDLE:
                if self._head_timer is None:
                    self._head_timer = self.loop.call_later(seconds, self.transport.abort)
            else:
                _stop(self._head_timer)
                self._head_timer = None

    return ImpatientProtocol


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
