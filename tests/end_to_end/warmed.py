"""What a server of processes on embedded warehouses has done before it forks: all imports, and reading dbt's project.

The project is the same for all of them. One in PostgreSQL is read anew, and dbt's parser of Jinja, which has threads of
its own, waits for ever in a process that was forked after it had parsed: there `imported.py` must do.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.end_to_end import imported

from regulars.engines.duckdb import DuckDBEngine
from regulars.transform import Transformer

__all__ = ["imported"]

with tempfile.TemporaryDirectory() as folder:
    Transformer.of(DuckDBEngine(Path(folder))).views()
