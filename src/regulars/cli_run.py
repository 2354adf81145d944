"""What `run`, `land` and `demo` do: stages under the eyes of a terminal, then the segments and what is foretold."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape

from regulars import cli_views as views
from regulars.cli_predictions import after_run
from regulars.engines.base import open_engine
from regulars.logs import is_json
from regulars.settings import Settings
from regulars.terminal import StageWatcher, errors


def run(
    settings: Settings,
    files: list[str],
    stages: list[str] | None = None,
    *,
    full_refresh: bool = False,
    keep_newer: bool = False,
    allow: Sequence[str] = (),
    as_json: bool = False,
    quiet: bool = False,
    command: str = "run",
) -> None:
    """Goes through the stages, all by default, and shows the segments when they were published."""
    stages = stages or []
    said = " ".join([command, *(f"--stage {stage}" for stage in stages), *(f"--allow {name}" for name in allow)])
    pipeline(
        settings,
        files,
        stages,
        full_refresh=full_refresh,
        keep_newer=keep_newer,
        allow=allow,
        quiet=quiet,
        command=said,
    )
    if not stages or "publish" in stages:
        views.segments(settings, as_json)
        if not as_json:
            after_run(settings)


def pipeline(
    settings: Settings,
    files: list[str],
    stages: list[str],
    *,
    full_refresh: bool = False,
    restage: bool = False,
    keep_newer: bool = False,
    allow: Sequence[str] = (),
    quiet: bool,
    command: str,
) -> None:
    """Goes through the stages and shows nothing but them."""
    from regulars.pipeline import Request, run_pipeline

    # Then stderr is for lines of JSON alone.
    quiet = quiet or is_json()
    if settings.environment and not quiet:
        where = escape(open_engine(settings).location)
        errors.print(f"Environment [bold]{escape(settings.environment)}[/], warehouse {where}")
    watcher = StageWatcher(quiet=quiet)
    request = Request(
        files=files,
        stages=stages,
        full_refresh=full_refresh,
        restage=restage,
        keep_newer=keep_newer,
        allow=allow,
        command=command,
    )
    try:
        run_pipeline(settings, request, watcher)
    finally:
        watcher.stop()
