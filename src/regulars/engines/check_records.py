"""What checks found, beside the run journal: also of runs that published nothing; readable while one goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from regulars.engines.journal import Journal, ledger_time


@dataclass(frozen=True)
class CheckRecord:
    """What one check of a run found.

    Args:
        check_name: The check.
        severity: error or warn.
        status: pass, warn, fail, error where the check itself broke, or allowed.
        failures: Number of failing rows.
        message: What it says; empty when it passed.
        sample: A few of the failing rows in words, by their keys.
    """

    check_name: str
    severity: str
    status: str
    failures: int
    message: str
    sample: str

    @property
    def stops_publishing(self) -> bool:
        """Whether nothing is published with it."""
        return self.severity == "error" and self.status in ("fail", "error")


class CheckRecords:
    """What the checks of one warehouse found; every call is its own transaction."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def keep(self, run_id: str, found: Sequence[CheckRecord]) -> None:
        """Notes what the checks of a run found, in the place of what they found before in the same run."""
        self._journal.make_ready()
        now, names = ledger_time(), ", ".join(_RESULTS.names)
        insert = f"insert into ops.check_results ({names}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        self._journal.write(
            ("delete from ops.check_results where run_id = $1", (run_id,)),
            *((insert, (run_id, place, *vars(record).values(), now)) for place, record in enumerate(found)),
        )

    def newest(self) -> tuple[str, list[CheckRecord]]:
        """The newest run that was checked and what its checks found; empty when none was."""
        found = self.history(1).to_pylist()
        if not found:
            return "", []
        run_id = str(found[0]["run_id"])
        return run_id, self.of_run(run_id)

    def of_run(self, run_id: str) -> list[CheckRecord]:
        """What the checks of a run found, in their order."""
        names = ", ".join(CheckRecord.__annotations__)
        sql = f"select {names} from ops.check_results where run_id = $1 order by position"
        schema = pa.schema([_RESULTS.field(name) for name in CheckRecord.__annotations__])
        return [CheckRecord(**row) for row in self._journal.read(sql, (run_id,), schema).to_pylist()]

    def history(self, limit: int) -> pa.Table:
        """The newest results, newest first."""
        kept = [name for name in _RESULTS.names if name != "position"]
        sql = (
            f"select {', '.join(kept)} from ops.check_results order by checked_at desc, run_id desc, position limit $1"
        )
        return self._journal.read(sql, (limit,), pa.schema([_RESULTS.field(name) for name in kept]))

    def forget_samples(self) -> None:
        """Takes the rows out of all that is kept: an erased person's keys may be among them."""
        self._journal.make_ready()
        self._journal.write(("update ops.check_results set sample = '' where sample <> ''", ()))


_RESULTS = pa.schema(
    [
        ("run_id", pa.string()),
        ("position", pa.int64()),
        *((name, pa.string()) for name in ("check_name", "severity", "status")),
        ("failures", pa.int64()),
        *((name, pa.string()) for name in ("message", "sample")),
        ("checked_at", pa.timestamp("us")),
    ]
)
