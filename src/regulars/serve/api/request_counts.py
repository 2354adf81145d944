"""How many requests each route has answered, and how soon: kept in memory, from the start of the server.

Labels are templates of routes, a few methods and statuses, so that no client can make their number grow, and nothing of
what was asked for stands in them.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class RequestCounts:
    """Counts the requests of one server into a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answered = Counter(
            "regulars_http_requests",
            "Requests that were answered, by route and status; 499 = the client left first.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "regulars_http_request_seconds",
            "Seconds until an answer began, by route and status.",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._waiting = Gauge(
            "regulars_http_requests_waiting", "Requests whose answer has not begun.", registry=self.registry
        )

    def came(self) -> None:
        """A request came in."""
        self._waiting.inc()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """The answer to it began, or nobody is left to take one."""
        method = method if method in _METHODS else "OTHER"
        self._waiting.dec()
        self._answered.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route, str(status)).observe(seconds)
