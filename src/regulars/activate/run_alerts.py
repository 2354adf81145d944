"""What is told of runs: that one failed and why, what its checks found, that all is well again, what was published."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.activate.notifying import LONGEST_BODY
from regulars.engines.alert_records import Alert, AlertRecords
from regulars.redaction import redacted
from regulars.webhook_settings import NotifySettings

CAUSE = "run"
_PUBLISHED = "publication"
_FINDINGS = "findings"
_LONGEST_ERROR, _REPAIR, _LONGEST_FACT = 900, 300, 120


@dataclass(frozen=True)
class Finding:
    """What a check found in a run that was published all the same."""

    check: str
    status: str
    failures: int
    message: str


def run_failed(
    records: AlertRecords, settings: NotifySettings, shop: str, run_id: str, stage: str, error: str, live: str
) -> bool:
    """Notes that a run failed; says whether that is news, which waits to be told."""
    if "failed" not in settings.on or not settings.urls:
        return False
    words = redacted(error)
    fact = re.split(r"(?<=\.)\s|\n", words, maxsplit=1)[0].rstrip(":.")
    if len(words) > _LONGEST_ERROR:
        # It begins with what is wrong and ends with the repair.
        words = f"{words[: _LONGEST_ERROR - _REPAIR]} … {words[-_REPAIR:]}"
    title = f"{shop}: the run failed{f' at {stage}' if stage else ''}: {fact[:_LONGEST_FACT]}"
    # The same trouble counts other rows, or names another run, the next time.
    sameness = f"{stage}: {re.sub(r'[0-9][0-9a-f-]*', '#', words)}"
    known = records.standing(CAUSE)
    since = f"Runs fail since {known.since:%d %B %Y %H:%M} UTC.\n" if known is not None and known.is_open else ""
    body = (
        f"What failed: {words}\n{since}{live}\n"
        f"What to do: mend what the message names, then `regulars run` again; `regulars status` shows run {run_id}."
        " You hear of it again when the cause is another, or when all is well."
    )
    return records.raised(Alert(CAUSE, title, body[:LONGEST_BODY], "failure", sameness))


def run_warned(
    records: AlertRecords, settings: NotifySettings, shop: str, run_id: str, findings: Sequence[Finding]
) -> bool:
    """Notes what the checks of a published run found without stopping it; says whether that is news to tell."""
    if not settings.urls:
        return False
    known = records.standing(_FINDINGS)
    if not findings:
        since = f"{known.since:%d %B %Y %H:%M} UTC" if known is not None else ""
        body = f"The checks of run {run_id} found nothing. There were findings since {since}. Nothing is to be done."
        return records.over(
            _FINDINGS, f"{shop}: the checks find nothing more", body, is_told="recovered" in settings.on
        )
    if "warned" not in settings.on:
        return False
    worst_first = sorted(findings, key=lambda finding: (finding.status != "allowed", -finding.failures, finding.check))
    lines = [
        redacted(
            f"- {each.check}{' (allowed)' * (each.status == 'allowed')}: {each.message or f'{each.failures} rows'}"
        )
        for each in worst_first
    ]
    shown, room = list[str](), LONGEST_BODY - 400
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        shown.append(line)
    more = [f"- and {len(lines) - len(shown)} more"] * (len(shown) < len(lines))
    body = "\n".join(
        [
            f"Run {run_id} published, and its checks found, the worst first:",
            *shown,
            *more,
            "What to do: `regulars check` says what each means, what to do, and how to see the rows. You hear of"
            " them again when they are others, or when there are none.",
        ]
    )
    title = f"{shop}: {len(findings)} finding{'s' * (len(findings) > 1)} of checks in what is live"
    sameness = ", ".join(sorted(f"{each.check} {each.status}" for each in findings))
    return records.raised(Alert(_FINDINGS, title, body, "warning", sameness))


def run_done(
    records: AlertRecords, settings: NotifySettings, shop: str, run_id: str, summaries: Mapping[str, str]
) -> bool:
    """Notes that a run is done; says whether there is something to tell.

    Args:
        records: What was told.
        settings: What is to be told.
        shop: The shop's name.
        run_id: The run.
        summaries: What each of its stages did. Trouble is over when the stage that failed was done.
    """
    if not settings.urls:
        return False
    known, is_news = records.standing(CAUSE), False
    published = f"Run {run_id} published: {summaries['publish']}." if "publish" in summaries else ""
    if known is not None and known.is_open and known.sameness.partition(":")[0] in ("", *summaries):
        body = (
            f"{published or f'Run {run_id} is done: ' + ', '.join(summaries) + '.'}\n"
            f"Runs had failed since {known.since:%d %B %Y %H:%M} UTC. Nothing is to be done."
        )
        is_news = records.over(CAUSE, f"{shop}: runs work again", body, is_told="recovered" in settings.on)
    if published and "published" in settings.on:
        title = f"{shop}: new segments are live"
        is_news = records.raised(Alert(_PUBLISHED, title, published, "info", run_id)) or is_news
    return is_news
