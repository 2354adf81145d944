"""What the log says, and how: lines for people, or JSON for whoever collects them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from regulars.source_settings import Section

LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]


class LoggingSettings(Section):
    """The log on stderr: [Running it](operations.md#the-log) says what stands in its lines."""

    format: LogFormat = Field("text", description="text for people, or json: one object a line")
    level: LogLevel | None = Field(
        None,
        description="The least that is told; unset = info as JSON, warning as text",
    )
