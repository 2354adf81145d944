"""Says that a stage has failed for good: to a webhook, to a command, or only to the log, as Airflow's variables say."""

from __future__ import annotations

import json
import logging
import shlex
import subprocess
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

# Variables of Airflow, from its own store, a secrets backend, or AIRFLOW_VAR_REGULARS_ALERT_WEBHOOK and its like.
WEBHOOK = "regulars_alert_webhook"  # gets a POST of JSON whose `text` chat programs show
COMMAND = "regulars_alert_command"  # gets the text on its standard input, such as: apprise -t Regulars slack://…
SECONDS = 20

log = logging.getLogger(__name__)


def alert(context: Mapping[str, Any]) -> None:
    """Airflow calls this when a task has failed and is not tried again."""
    from airflow.sdk import Variable

    message = described(context)
    log.error("%s", message["text"])
    ways: dict[str, Callable[[str, Mapping[str, Any]], None]] = {WEBHOOK: post, COMMAND: tell}
    for name, send in ways.items():
        target = Variable.get(name, default=None)
        if not target:
            continue
        try:
            send(target, message)
        except Exception:
            # One way that is broken must not keep the message from the other.
            log.exception("The alert could not be sent as the variable %s says. Mend it, or what it names.", name)


def described(context: Mapping[str, Any]) -> dict[str, Any]:
    """What failed, where and why, and where to read on."""
    task = context["ti"]
    why = str(context.get("exception") or context.get("reason") or "its process ended without a word")
    text = f"Regulars: stage {task.task_id} of run {task.run_id} failed for good on try {task.try_number}. {why}"
    link = getattr(task, "log_url", None)
    return {
        "text": f"{text}\n{link}" if link else text,
        "dag": task.dag_id,
        "stage": task.task_id,
        "run": task.run_id,
        "tries": task.try_number,
        "error": why,
        "log": link,
    }


def post(url: str, message: Mapping[str, Any]) -> None:
    """Sends the message to a webhook."""
    body = json.dumps(message).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="POST")
    urllib.request.urlopen(request, timeout=SECONDS).close()


def tell(command: str, message: Mapping[str, Any]) -> None:
    """Gives the text to a command."""
    subprocess.run(shlex.split(command), input=message["text"], text=True, timeout=SECONDS, check=True)
