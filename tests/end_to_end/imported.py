"""What a server of processes has imported before it forks those that tests let die.

A run that starts from nothing spends seconds of a processor on that before its first row. Only that server imports this
module, and all tests of a process have one: `PROCESSES.set_forkserver_preload(["tests.end_to_end.imported"])`. It must
not read dbt's project too: dbt's parser has threads of its own, and waits for ever in a process forked after them.
"""

from __future__ import annotations

from importlib import import_module

for name in (
    *("regulars.cli", "regulars.pipeline", "regulars.publishing", "regulars.quality.checks"),
    *("regulars.land.stage", "regulars.identity.stage", "regulars.learn.stage", "regulars.learn.predictions"),
    *("dbt.cli.main", "dbt.task.run", "dbt.task.test", "dbt.adapters.postgres", "adbc_driver_postgresql.dbapi"),
    *("skops.io", "sklearn.ensemble", "splink", "statsforecast.models"),
    *("regulars.forgetting", "tests.end_to_end.failing", "tests.end_to_end.killed"),
):
    import_module(name)
