"""What a server of processes has imported before it forks those that tests let die; `warmed.py` also reads the project.

A run that starts from nothing spends seconds of a processor on that before its first row. Only that server imports this
module: `PROCESSES.set_forkserver_preload(["tests.end_to_end.imported"])`.
"""

from __future__ import annotations

from importlib import import_module

for name in (
    *("regulars.cli", "regulars.pipeline", "regulars.publishing", "regulars.quality.checks"),
    *("regulars.land.stage", "regulars.identity.stage", "regulars.learn.stage", "regulars.learn.predictions"),
    *("dbt.cli.main", "dbt.task.run", "dbt.task.test", "dbt.adapters.postgres", "adbc_driver_postgresql.dbapi"),
    *("skops.io", "sklearn.ensemble", "splink", "statsforecast.models"),
    *("tests.end_to_end.failing", "tests.end_to_end.killed"),
):
    import_module(name)
