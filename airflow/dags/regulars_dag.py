"""The DAG `regulars`: one task per stage of the pipeline, each `regulars run --stage X`, one after the other.

Each run is as of its data interval's end, on the shop's day. Regulars itself is installed elsewhere: this file needs
only Airflow, and the settings in docs/deployment.md say where the command is.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shlex
from pathlib import Path
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, chain
from regulars_alert import alert
from regulars_operator import RegularsStage


def setting(name: str, default: str) -> str:
    """A setting of this DAG: a variable of the environment, because Airflow reads this file every few seconds."""
    return os.environ.get(f"REGULARS_DAG_{name}", "") or default


# Written from regulars.pipeline.STAGES by `make docs`, so that no line of Regulars is imported here.
STAGES = json.loads(Path(__file__).with_name("regulars_stages.json").read_text(encoding="utf-8"))
TIMEZONE = setting("TIMEZONE", "UTC")

with DAG(
    dag_id="regulars",
    description="From a shop's orders to people, segments and their history",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable(setting("SCHEDULE", "0 5 * * *"), timezone=TIMEZONE),
    start_date=dt.datetime(2025, 1, 1, tzinfo=ZoneInfo(TIMEZONE)),
    # A run knows all that landed until now and writes the whole history, so days that were missed need no run.
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": int(setting("RETRIES", "4")),
        "retry_delay": dt.timedelta(seconds=float(setting("RETRY_SECONDS", "120"))),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": dt.timedelta(minutes=30),
        "execution_timeout": dt.timedelta(minutes=float(setting("TIMEOUT_MINUTES", "120"))),
        "on_failure_callback": alert,
    },
    params={
        "as_of": Param(
            None,
            type=["null", "string"],
            format="date",
            title="As of",
            description="Start of this day is now. Empty: the end of the data interval, on the shop's day.",
        ),
        "replace_newer": Param(
            False,
            type="boolean",
            title="Replace a newer state",
            description="Publish also when what is live is as of a later day.",
        ),
    },
    tags=["regulars"],
) as dag:
    chain(
        *[
            RegularsStage(
                task_id=stage["name"],
                doc_md=stage["what"],
                stage=stage["name"],
                command=shlex.split(setting("COMMAND", "regulars")),
                project=setting("PROJECT", "."),
            )
            for stage in STAGES
        ]
    )
