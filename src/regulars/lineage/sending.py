"""Sends events behind the back of a run: one that cannot be sent is dropped, and no run waits or fails for it."""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.errors import SettingsError
from regulars.lineage_settings import LineageSettings
from regulars.webhook_settings import revealed

if TYPE_CHECKING:
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import RunEvent

# After so many failures in a row the receiver is taken to be away, and the rest of the run is not told.
_PATIENCE = 2
_log = logging.getLogger("regulars.lineage")


def is_on(settings: LineageSettings) -> bool:
    """Whether a receiver is named: in the settings, or in OpenLineage's own way."""
    if os.environ.get("OPENLINEAGE_DISABLED", "").strip().lower() == "true":
        return False
    if settings.url or settings.file:
        return True
    named = [name for name in os.environ if name in ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG")]
    named += [name for name in os.environ if name.startswith("OPENLINEAGE__TRANSPORT")]
    files = (Path("openlineage.yml"), Path.home() / ".openlineage" / "openlineage.yml")
    return bool(named) or any(file.is_file() for file in files)


class Sender:
    """Sends events in their order, from a thread of its own, which also imports the client: that takes a second or two.

    Args:
        settings: The receiver.
    """

    def __init__(self, settings: LineageSettings) -> None:
        self._settings = settings
        self._waiting: queue.SimpleQueue[Callable[[], RunEvent] | None] = queue.SimpleQueue()
        self._lost = 0
        self._thread = threading.Thread(target=self._work, name="regulars-lineage", daemon=True)
        self._thread.start()

    def send(self, make: Callable[[], RunEvent]) -> None:
        """Puts in line what makes an event."""
        self._waiting.put(make)

    def close(self) -> str:
        """Waits for what is in line, as long as is set; says what was lost, or nothing."""
        self._waiting.put(None)
        self._thread.join(self._settings.timeout_seconds)
        is_late = self._thread.is_alive()
        if not self._lost and not is_late:
            return ""
        lost = "Some events of lineage were" if is_late else f"{self._lost} event(s) of lineage were"
        return f"{lost} not taken. The run is none the worse; see that the receiver of [lineage] runs."

    def _work(self) -> None:
        try:
            client = client_of(self._settings)
        except SettingsError as error:
            _log.warning("Nobody is told of lineage: %s", error)
            return
        failures = 0
        while (make := self._waiting.get()) is not None:
            if failures >= _PATIENCE:
                self._lost += 1
                continue
            try:
                client.emit(make())
                failures = 0
            except Exception as error:
                failures += 1
                self._lost += 1
                # The words of such an error name the address, which may hold a key.
                _log.warning("An event of lineage was not taken: %s", type(error).__name__)


def client_of(settings: LineageSettings) -> OpenLineageClient:
    """OpenLineage's client for the receiver.

    Raises:
        SettingsError: It is not installed, or the receiver's address cannot be used.
    """
    try:
        from openlineage.client import OpenLineageClient
        from openlineage.client.transport.file import FileConfig, FileTransport
        from openlineage.client.transport.http import ApiKeyTokenProvider, HttpConfig, HttpTransport, TokenProvider
    except ImportError as error:
        raise SettingsError(f"Lineage needs {error.name}. Install it: pip install 'regulars[lineage]'.") from None
    # It tells of what it could not do with the whole event and address; we tell it ourselves.
    logging.getLogger("openlineage").setLevel(logging.CRITICAL)
    try:
        if settings.file is not None:
            return OpenLineageClient(transport=FileTransport(FileConfig(str(settings.file), append=True)))
        if settings.url is None:
            return OpenLineageClient()
        key = revealed(settings.api_key) if settings.api_key else ""
        config = HttpConfig(
            revealed(settings.url),
            timeout=settings.timeout_seconds,
            auth=ApiKeyTokenProvider({"api_key": key}) if key else TokenProvider({}),
            retry={"total": 1, "backoff_factor": 0.2, "status_forcelist": [502, 503, 504], "allowed_methods": ["POST"]},
        )
        return OpenLineageClient(transport=HttpTransport(config))
    except (ValueError, KeyError, RuntimeError, TypeError) as error:
        words = f"The receiver of lineage cannot be used ({type(error).__name__})."
        raise SettingsError(f"{words} Mend [lineage], or the OPENLINEAGE_* variables.") from None
