"""Alerts go out by Apprise to whatever the shop reads: mail, Slack, Teams, Telegram and a hundred more.

An alert is noted first and told then: one that cannot be told now waits for the next occasion, and one that says the
same as the last of its cause is not told again. What waits at one moment is one message, the worst first.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regulars.engines.alert_records import Alert, AlertRecords, Level, Standing
from regulars.errors import RegularsError, SettingsError
from regulars.webhook_settings import NotifySettings, revealed

LONGEST_TITLE, LONGEST_BODY = 200, 2000
_WORST_FIRST: tuple[Level, ...] = ("failure", "warning", "success", "info")
_TYPES: dict[Level, str] = {"failure": "failure", "warning": "warning", "info": "info", "success": "success"}


@dataclass(frozen=True)
class Told:
    """What became of alerts: how many went out, and what kept the others."""

    told: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sent:
    """How many addresses took a message, and what is amiss with the others."""

    taken: int
    problems: tuple[str, ...] = ()


def tell_waiting(records: AlertRecords, settings: NotifySettings) -> Told:
    """Tells what waits, in the time that is set; what could not be told waits on."""
    if not settings.urls:
        return Told()
    teller = secrets.token_hex(8)
    waiting = records.take_untold(teller, settings.timeout_seconds + 30)
    told, notes = 0, dict[str, None]()
    try:
        sent = send(settings, together(waiting)) if waiting else Sent(0)
        notes |= dict.fromkeys(sent.problems)
        # Who took it must not get it again because another did not.
        for standing in waiting if sent.taken else []:
            records.told(teller, standing)
            told += 1
    except RegularsError as error:
        notes[str(error)] = None
    finally:
        if told < len(waiting):
            records.give_back(teller)
    left = len(waiting) - told
    return Told(told, (*([f"{left} alert{'s' * (left > 1)} could not be told and wait"] if left else []), *notes))


def together(waiting: Sequence[Standing]) -> Alert:
    """What waits as one message: titled by the worst, which is told whole, as the others are while there is room."""
    alerts = [Alert(each.cause, each.title, each.body, _level(each.level)) for each in waiting]
    worst, *others = sorted(alerts, key=lambda alert: _WORST_FIRST.index(alert.level))
    if not others:
        return worst
    title = f"{worst.title} (and {len(others)} more)"
    parts = [worst.body]
    left = LONGEST_BODY - len(worst.body) - sum(len(alert.title) + 4 for alert in others)
    for alert in others:
        is_whole = len(alert.body) + 1 <= left
        left -= (len(alert.body) + 1) if is_whole else 0
        parts.append(f"■ {alert.title}\n{alert.body}" if is_whole else f"■ {alert.title}")
    return Alert(worst.cause, title, "\n\n".join(parts), worst.level)


def send(settings: NotifySettings, alert: Alert) -> Sent:
    """Sends one alert to all addresses.

    Raises:
        SettingsError: There is no address, or one that Apprise does not know.
    """
    addresses = _addresses(settings)
    if not addresses:
        raise SettingsError("Nobody is told anything: [notify] has no urls. Add one, such as env:SHOP_SLACK.")
    try:
        import apprise
    except ImportError as error:
        raise SettingsError(f"Notifications need {error.name}. Install it: pip install 'regulars[notify]'.") from None
    # Its log holds addresses with their tokens.
    logging.getLogger("apprise").addHandler(logging.NullHandler())
    logging.getLogger("apprise").propagate = False
    messengers = []
    for number, address in enumerate(addresses, 1):
        messenger = apprise.Apprise()
        if not messenger.add(address):
            raise SettingsError(
                f"Address {number} of [notify] urls is none that Apprise knows; its scheme is"
                f" {address.partition('://')[0][:20]!r}. The list is at https://github.com/caronc/apprise."
            )
        messengers.append(messenger)
    failed = _notified(messengers, alert, settings.timeout_seconds)
    names = ", ".join(addresses[place].partition("://")[0] for place in failed)
    problem = (
        f"{len(failed)} of {len(addresses)} addresses of [notify] did not take the message ({names}). See that the"
        " service runs and the token is valid: `regulars notify test`."
    )
    return Sent(len(addresses) - len(failed), (problem,) if failed else ())


def _notified(messengers: Sequence[Any], alert: Alert, seconds: float) -> list[int]:
    """Tells all at once, and gives the places of those that were not told in time."""
    done = [False] * len(messengers)

    def tell(place: int) -> None:
        # A service that fails is one that was not told; why stands in its own log.
        try:
            done[place] = bool(
                messengers[place].notify(
                    title=alert.title[:LONGEST_TITLE],
                    body=alert.body[:LONGEST_BODY],
                    notify_type=_TYPES[alert.level],
                )
            )
        except Exception:
            done[place] = False

    threads = [
        threading.Thread(target=tell, args=(place,), name="regulars-notify", daemon=True)
        for place in range(len(messengers))
    ]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))
    return [place for place, is_done in enumerate(done) if not is_done]


def _addresses(settings: NotifySettings) -> list[str]:
    lines = [line.strip() for url in settings.urls for line in revealed(url).splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def _level(level: str) -> Level:
    return level if level in _TYPES else "info"  # type: ignore[return-value]
