"""Who may be in the lists that go to advertising and mailing platforms."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from regulars.source_settings import Section


class ExportSettings(Section):
    """Lists that leave the warehouse."""

    consent: Literal["explicit", "unless_refused"] = Field(
        "explicit",
        description="Who may be in an audience: who agreed, or also who was never asked. Who refused never is",
    )
