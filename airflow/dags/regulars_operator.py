"""Runs one stage of Regulars as a process of its own, and tells Airflow what its exit code means."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from airflow.providers.standard.hooks.subprocess import SubprocessHook
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

MEANING = {
    1: "a check or a model failed",
    2: "input or settings cannot be used",
    3: "the warehouse or a source is unreachable",
    4: "another run holds the warehouse",
    5: "what is live is as of a later day",
}
SETTINGS, NEWER_IS_LIVE = 2, 5
# Of Airflow's own environment; Regulars has one of its own, and no business with Airflow's secrets.
NOT_PASSED_ON = ("AIRFLOW", "_AIRFLOW", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")


class RegularsStage(BaseOperator):
    """`regulars run --stage STAGE --as-of MOMENT` in the folder of a project.

    Another try may help when something is unreachable or the warehouse is held, and is left to Airflow's retries.
    Settings that cannot be used and checks that fail will fail again, so they fail at once.

    Args:
        stage: Name of the stage.
        command: The command line's words for Regulars.
        project: Folder with regulars.toml.
    """

    def __init__(self, *, stage: str, command: Sequence[str], project: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stage = stage
        self.command = list(command)
        self.project = project

    @cached_property
    def process(self) -> SubprocessHook:
        """What starts the command, writes what it says into the task's log, and stops it."""
        return SubprocessHook()

    def execute(self, context: Mapping[str, Any]) -> str:
        """Runs the stage and returns the last line that it said."""
        if not Path(self.project).is_dir():
            raise AirflowFailException(
                f"There is no project folder {self.project}. Set REGULARS_DAG_PROJECT to the folder with regulars.toml."
            )
        words = [*self.command, "run", "--stage", self.stage, "--as-of", as_of(context)]
        if not context["params"]["replace_newer"]:
            words.append("--keep-newer")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(NOT_PASSED_ON)}
        try:
            done = self.process.run_command(words, env=environment, cwd=self.project)
        except FileNotFoundError:
            raise AirflowFailException(
                f"There is no command {self.command[0]}. Set REGULARS_DAG_COMMAND to the path of `regulars`."
            ) from None
        if done.exit_code == 0:
            return str(done.output)
        words_of_code = MEANING.get(done.exit_code, "it was stopped or broke off")
        message = f"Stage {self.stage} ended with exit code {done.exit_code}, {words_of_code}: {done.output}"
        if done.exit_code == NEWER_IS_LIVE:
            raise AirflowSkipException(message)
        if done.exit_code == SETTINGS or (self.stage == "check" and done.exit_code == 1):
            raise AirflowFailException(message)
        raise AirflowException(message)

    def on_kill(self) -> None:
        """Stops the command when the task times out or somebody stops it; the system then frees the warehouse."""
        if self.process.sub_process is not None:
            self.process.send_sigterm()


def as_of(context: Mapping[str, Any]) -> str:
    """What this run is as of: the day that was asked for, or the moment its data interval ends.

    A run that was triggered without a logical date has no interval; then it is the moment from which it may start.
    """
    asked = context["params"]["as_of"]
    return asked or (context.get("data_interval_end") or context["dag_run"].run_after).isoformat()
