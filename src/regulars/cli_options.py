"""Options that several commands of the command line share."""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from regulars import logs
from regulars.logging_settings import LogFormat, LogLevel
from regulars.settings import Settings, load_settings

SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="Settings file. Default: regulars.toml here, if there is one.")
]
Environment = Annotated[
    str | None,
    typer.Option("--env", help="Environment of the settings file, such as prod. Default: REGULARS_ENV, if it is set."),
]
Warehouse = Annotated[
    str | None, typer.Option("--warehouse", "-w", help="Folder of the warehouse, or URL of its database.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
AsOf = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"],
        help="Start of this day is now; of a moment with its zone, the shop's day. Default: the day after the newest"
        " order.",
    ),
]
KeepNewer = Annotated[
    bool, typer.Option("--keep-newer", help="End with exit code 5 rather than replace a live state of a later day.")
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        help="Publish although this check found something; drift, landing and freshness are all of a kind. Repeatable.",
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
LogFormatOption = Annotated[
    LogFormat | None, typer.Option("--log-format", help="Log for people or as JSON. Default: as set, text.")
]
LogLevelOption = Annotated[
    LogLevel | None,
    typer.Option("--log-level", help="The least that is logged. Default: as set; else info as JSON, warning as text."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the result.")]


def chosen_settings(file: Path | None, warehouse: str | None, environment: str | None) -> Settings:
    """The settings of a command: of the file and the environment, with the warehouse that its options name.

    From here on the process logs as they say.
    """
    settings = load_settings(file, environment)
    logging = logs.configure(settings.logging)
    return settings.model_copy(update={"logging": logging, **({"warehouse": warehouse} if warehouse else {})})


def day_of(as_of: dt.datetime | None, settings: Settings) -> dt.date | None:
    """The day that --as-of names: of a moment, the one it lies on by the shop's clock."""
    if as_of is None or as_of.tzinfo is None:
        return as_of.date() if as_of else None
    return as_of.astimezone(ZoneInfo(settings.shop.timezone)).date()


def user() -> str:
    """Who runs the command, as the system calls them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
