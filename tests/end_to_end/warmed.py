"""What a server of processes has done before it forks those that tests let die: all imports, and reading dbt's project.

A run that starts from nothing spends ten seconds of a processor on that before its first row. Only that server imports
this module: `PROCESSES.set_forkserver_preload(["tests.end_to_end.warmed"])`.
"""

from __future__ import annotations

import tempfile
from importlib import import_module
from pathlib import Path

from regulars.engines.duckdb import DuckDBEngine
from regulars.transform import Transformer

for name in (
    *("regulars.cli", "regulars.pipeline", "regulars.publishing", "regulars.quality.checks"),
    *("regulars.land.stage", "regulars.identity.stage", "regulars.learn.stage", "regulars.learn.predictions"),
    *("dbt.cli.main", "dbt.task.run", "dbt.task.test", "dbt.adapters.postgres", "adbc_driver_postgresql.dbapi"),
    *("skops.io", "sklearn.ensemble", "splink", "statsforecast.models"),
    *("tests.end_to_end.failing", "tests.end_to_end.killed"),
):
    import_module(name)
# The project is the same for every embedded warehouse; one in PostgreSQL is read anew, with what is compiled already.
with tempfile.TemporaryDirectory() as folder:
    Transformer.of(DuckDBEngine(Path(folder))).views()
