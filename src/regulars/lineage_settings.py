"""Who is told, by OpenLineage, which tables each run made of what."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import Field, field_validator

from regulars.source_settings import Section

_REFERENCE = re.compile(r"env:\w+|file:.+")


class LineageSettings(Section):
    """Events of OpenLineage from runs: [Lineage](operations.md#lineage). Off unless a receiver is named.

    OPENLINEAGE_URL and the other variables of OpenLineage, or its openlineage.yml, name one too; what stands here wins.
    """

    url: str | None = Field(
        None, description="Receiver, such as http://marquez:5000; env:NAME or file:/path when the address is a secret"
    )
    api_key: str | None = Field(None, description="Its key, as env:NAME or file:/path")
    file: Path | None = Field(None, description="File that events are appended to, one a line, in the place of a url")
    namespace: str = Field("regulars", min_length=1, description="OpenLineage's namespace of the jobs")
    timeout_seconds: float = Field(
        5.0, gt=0, le=60, description="How long the end of a run waits for events that are not taken yet"
    )

    @field_validator("api_key")
    @classmethod
    def _is_named(cls, value: str | None) -> str | None:
        if value is not None and not _REFERENCE.fullmatch(value):
            # The value is not repeated: it may be the key itself.
            raise ValueError("a key does not stand in the settings; write env:NAME or file:/path")
        return value
