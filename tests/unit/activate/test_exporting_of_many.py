"""The memory that an export takes does not grow with the list: measured in processes that do nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from tests.unit.activate.conftest import CUSTOMERS
from tests.unit.conftest import Published

# Below two hundred thousand the buffers are not full yet: they are what a list of any length then takes.
FEW, MANY = 210_000, 630_000
# With batches of 122,880 rows, as they were once, three times the customers took 1.2 to 1.45 times the memory.
MOST = 1.15
EXPORTS = """
import sys
from pathlib import Path
from regulars.activate.exporting import ExportRequest, make_export, settings_for_export
from regulars.engines.base import open_engine
from regulars.engines.export_ledger import ExportLedger
from regulars.serve.queries import Queries
from regulars.settings import Settings

settings, folder = Settings(warehouse=sys.argv[1]), Path(sys.argv[1])
engine = open_engine(settings_for_export(settings))
queries, ledger = Queries(engine, settings.shop), ExportLedger(engine.journal)
rows = make_export(queries, ledger, ExportRequest(folder / "all.csv")).exported
rows += make_export(
    queries, ledger, ExportRequest(folder / "all.csv", audience="meta", consent="unless_refused", control_share=0.1)
).customers
peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
print(rows, peak)
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell the peak of a process"),
]


def grown(shop: Published, folder: Path, customers: int) -> Path:
    """The shop's warehouse with so many customers, in the order of their ids as a run leaves them."""
    folder.mkdir()
    shutil.copy(shop.folder / "warehouse" / "live.duckdb", folder)
    with duckdb.connect(str(folder / "live.duckdb")) as live:
        live.execute("create table marts.few as select * from marts.customer_360")
        live.execute("delete from marts.customer_360")
        live.execute(
            "insert into marts.customer_360"
            " select few.* replace (few.customer_id + copy * 1000 as customer_id, copy || few.email as email)"
            f" from range({customers // CUSTOMERS}) as copies(copy), marts.few as few order by customer_id"
        )
    return folder


def peak_kilobytes(warehouse: Path, customers: int) -> int:
    done = subprocess.run(
        [sys.executable, "-c", EXPORTS, str(warehouse)], check=True, capture_output=True, text=True, timeout=300
    )
    rows, peak = map(int, done.stdout.split())
    assert rows == 2 * customers
    return peak


def test_three_times_the_customers_take_the_same_memory(shop: Published, tmp_path: Path) -> None:
    few, many = (
        peak_kilobytes(grown(shop, tmp_path / str(customers), customers), customers) for customers in (FEW, MANY)
    )
    assert many < few * MOST, f"{few / 1000:.0f} MB became {many / 1000:.0f} MB"
