"""Options that several commands of the command line share."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from regulars.settings import Settings, load_settings

SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="Settings file. Default: regulars.toml here, if there is one.")
]
Warehouse = Annotated[
    str | None, typer.Option("--warehouse", "-w", help="Folder of the warehouse, or URL of its database.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
AsOf = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], help="Start of this day is now. Default: the day after the newest order."
    ),
]
Window = Annotated[
    int | None, typer.Option("--window-days", min=1, help="Days that orders and spend are counted over.")
]
Clusters = Annotated[str | None, typer.Option("--k", help="Number of clusters, or auto.")]
Map = Annotated[
    str | None, typer.Option("--map", help="Segment map: eleven, ten, eight, seven, six, or a CSV of yours.")
]
MaxWait = Annotated[
    float | None, typer.Option("--max-wait", min=0.1, help="With --follow: seconds between two looks at the topics.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the result.")]


def chosen_settings(file: Path | None, warehouse: str | None) -> Settings:
    """The settings of a command: those of the file, with the warehouse that its option names."""
    settings = load_settings(file)
    return settings.model_copy(update={"warehouse": warehouse}) if warehouse else settings
