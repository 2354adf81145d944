"""What is told of sources that are late without stopping a run: that each is, once, and once that it is no more."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.engines.alert_records import Alert, AlertRecords
from regulars.engines.check_records import CheckRecord
from regulars.quality.meanings import AGE_OF
from regulars.redaction import redacted
from regulars.webhook_settings import NotifySettings

_CAUSE = "freshness of "


def is_lateness(check_name: str, status: str) -> bool:
    """Whether a finding is one that is told here: a source older than its first limit and not yet than its second."""
    return check_name.startswith(AGE_OF) and status == "warn"


def sources_measured(
    records: AlertRecords, settings: NotifySettings, shop: str, run_id: str, found: Sequence[CheckRecord]
) -> bool:
    """Notes what a run's checks say of the ages of sources; says whether there is news, which waits to be told.

    A source so late that it stopped the run, or was allowed to be, is told with the run, and is late until it is in
    time.

    Args:
        records: What was told.
        settings: What is to be told.
        shop: The shop's name.
        run_id: The run that measured.
        found: All that its checks found.
    """
    if not settings.urls:
        return False
    ages = {record.check_name.removeprefix(AGE_OF): record for record in found if record.check_name.startswith(AGE_OF)}
    is_news = False
    for source, record in ages.items():
        if "warned" in settings.on and is_lateness(record.check_name, record.status):
            body = (
                f"{redacted(record.message)}.\nRun {run_id} measured it, and was not stopped by it.\n"
                f"What to do: see why {source} delivers nothing new; `regulars status` shows how late it is. You hear"
                " of it again when it is in time, or when it stops a run."
            )
            is_news = records.raised(Alert(_CAUSE + source, f"{shop}: {source} is late", body, "warning")) or is_news
    for standing in records.all():
        source = standing.cause.removeprefix(_CAUSE)
        if not standing.is_open or source == standing.cause:
            continue
        if source in ages and ages[source].status != "pass":
            continue
        why = "is in time again" if source in ages else "has no limit any more"
        body = (
            f"Run {run_id} found that {source} {why}. It had been late since {standing.since:%d %B %Y %H:%M} UTC."
            " Nothing is to be done."
        )
        title = f"{shop}: {source} {why}"
        is_news = records.over(standing.cause, title, body, is_told="recovered" in settings.on) or is_news
    return is_news
