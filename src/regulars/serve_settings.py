"""Where the server listens, who may reach it by which name, and how much anybody may ask of it."""

from __future__ import annotations

from pydantic import Field

from regulars.source_settings import Section


class ServeSettings(Section):
    """The server of `regulars serve`: [Security](security.md) says what each of these protects."""

    host: str = Field("127.0.0.1", description="Address to listen at; any but loopback needs API keys")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen at; 0 = a free one")
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="Names that requests may call this server by, such as segments.shop.example or *.shop.example;"
        " unset = those of loopback when it listens there, any name elsewhere",
    )
    trusted_proxies: tuple[str, ...] = Field(
        ("127.0.0.1",), description="Addresses or networks of proxies whose X-Forwarded-For and -Proto are believed"
    )
    requests_per_minute: int = Field(
        6000, ge=0, description="Requests of one key, or of one address without a key; 0 = no limit"
    )
    burst: int = Field(300, ge=1, description="Of these, so many may come at once")
    failures_per_minute: int = Field(
        10, ge=1, description="Wrong keys of one address that are answered 401; further ones are answered 429"
    )
    max_body_bytes: int = Field(8 * 2**20, ge=1, description="Largest body of a request")
    slow_client_seconds: float = Field(
        15.0, gt=0, description="How long a client may take to send a request, or to take a piece of an answer"
    )
    max_connections: int = Field(1000, ge=1, description="Connections at once; more are answered 503")
    access_days: int = Field(90, ge=1, description="Days for which ops.access remembers who asked")
    access_rows: int = Field(1_000_000, ge=1, description="Requests that ops.access remembers at most")
