"""One export from asking to filing: the file, whole or absent, and its entry in the ledger, which is there before it.

Rows are streamed: what is in memory at a time is a batch, and the ids of a hundred thousand members.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from regulars.activate.audience_formats import AudienceFormat, audience_format, with_country_codes
from regulars.engines.export_ledger import MEMBERS, Export, ExportLedger, Outcome
from regulars.engines.files import FORMATS, selected, write_file
from regulars.errors import InputError, WarehouseError
from regulars.serve.queries import Queries
from regulars.serve.selection import Consent, Control, Reach, Selected, Selection, selected_customers
from regulars.settings import Settings

_PART_ROWS = 100_000
_MEMORY = "256MB"


@dataclass(frozen=True)
class ExportRequest:
    """What is asked for.

    Args:
        path: The file.
        selection: For whom.
        format: csv, json, parquet or xlsx; unset = as the file ends.
        audience: The platform whose format the file has; it is CSV then, and `columns` are its own.
        columns: Columns of customer_360; none = all.
        consent: Who may be in it; `all` is refused for audiences.
        name: What the export is called; unset = as the file is.
        control_share: The share of customers to hold back.
        seed: Which customers are held back; unset = by the name.
        exported_by: Who asks.
        destination: Where the file goes from `path`, for the ledger; unset = it stays there.
    """

    path: Path
    selection: Selection = field(default_factory=Selection)
    format: str | None = None
    audience: str | None = None
    columns: tuple[str, ...] = ()
    consent: Consent = "all"
    name: str = ""
    control_share: float = 0.0
    seed: str = ""
    exported_by: str = "unknown"
    destination: str = ""


@dataclass(frozen=True)
class Made:
    """A finished export."""

    export_id: str
    name: str
    path: Path
    format: str
    customers: int
    exported: int
    held_back: int
    left_out: Mapping[str, int]
    sha256: str
    data_through: str = ""
    next_step: str = ""


def settings_for_export(settings: Settings) -> Settings:
    """Settings to open the warehouse with for one export alone, which keeps little of the published file in memory.

    Each row is read once or twice, so remembering more of the file would make nothing faster, and would grow with it.
    Where the settings have a `memory_limit` it is that.
    """
    return settings if settings.memory_limit else settings.model_copy(update={"memory_limit": _MEMORY})


def make_export(queries: Queries, ledger: ExportLedger, request: ExportRequest) -> Made:
    """Writes the file and notes it; on any error there is no file, and the ledger says why.

    Raises:
        InputError: Something in the request is unknown or contradicts itself, or the place cannot be written.
    """
    audience = audience_format(request.audience) if request.audience else None
    kind = _kind(request, audience)
    columns = _columns(queries, request, audience)
    reach = Reach(request.consent, audience.needs, audience.shows_contacts) if audience else Reach(request.consent)
    name = request.name or request.path.stem
    control = Control(request.control_share, request.seed or name)
    with selected_customers(queries, request.selection, reach, control, columns) as customers:
        export_id = ledger.begin(
            Export(
                name=name,
                format=request.audience or kind,
                path=request.destination or str(request.path.absolute()),
                exported_by=request.exported_by,
                run_id=customers.run_id,
                as_of=customers.as_of,
                selection=request.selection.to_dict(),
                consent=request.consent,
                control_share=control.share,
                seed=control.seed,
            )
        )
        rows = _Rows(customers, ledger, export_id, request.columns if not audience else tuple(columns))
        try:
            _write(rows, request.path, kind, audience, customers.about)
        except BaseException as error:
            # Where the disk is full the ledger may have no room either; an entry without an end says enough.
            with suppress(WarehouseError):
                ledger.fail(export_id, f"{type(error).__name__}: {error}")
            raise
        outcome = Outcome(
            exported=rows.exported,
            held_back=rows.held_back,
            left_out=customers.left_out,
            size=request.path.stat().st_size,
            sha256=file_hash(request.path),
        )
        ledger.finish(export_id, outcome)
    return Made(
        export_id=export_id,
        name=name,
        path=request.path,
        format=request.audience or kind,
        customers=customers.customers,
        exported=rows.exported,
        held_back=rows.held_back,
        left_out=customers.left_out,
        sha256=outcome.sha256,
        data_through=customers.data_through,
        next_step=audience.next_step if audience else "",
    )


def file_hash(path: Path) -> str:
    """SHA-256 of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Rows:
    """The rows for the file, batch by batch; on the way everyone is noted in the ledger, and who is held back stays."""

    def __init__(self, customers: Selected, ledger: ExportLedger, export_id: str, columns: tuple[str, ...]) -> None:
        self._source, self._ledger, self._export_id = customers.reader, ledger, export_id
        present = [name for name in self._source.schema.names if name != "is_held_back"]
        self._columns = list(columns) or present
        self._waiting: list[pa.RecordBatch] = []
        self._parts = 0
        self.exported = self.held_back = 0
        self.failed: list[BaseException] = []

    @property
    def schema(self) -> pa.Schema:
        """The schema of the rows."""
        return pa.schema([self._source.schema.field(name) for name in self._columns])

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Each batch without those who are held back."""
        try:
            for batch in self._source:
                held_back = batch.column("is_held_back")
                # Copies: a view of one column keeps all columns of the batch in memory.
                ids = batch.column("customer_id").cast(pa.int64()).to_numpy().copy()
                members = [pa.array(ids, pa.int64()), pa.array(held_back.to_numpy(zero_copy_only=False).copy())]
                self._waiting.append(pa.RecordBatch.from_arrays(members, schema=MEMBERS))
                self._keep(_PART_ROWS)
                kept = batch.filter(pc.invert(held_back)).select(self._columns)
                self.exported += kept.num_rows
                self.held_back += batch.num_rows - kept.num_rows
                yield kept
            self._keep(1)
        except Exception as error:
            # Whoever reads us through Arrow's C interface hands on the words of an error and not the error.
            self.failed.append(error)
            raise

    def _keep(self, rows: int) -> None:
        if sum(batch.num_rows for batch in self._waiting) >= rows:
            self._ledger.add_members(self._export_id, self._parts, pa.Table.from_batches(self._waiting))
            self._parts += 1
            self._waiting = []


def _write(rows: _Rows, path: Path, kind: str, audience: AudienceFormat | None, about: Mapping[str, str]) -> None:
    try:
        with ExitStack() as stack:
            if audience is None:
                reader = pa.RecordBatchReader.from_batches(rows.schema, rows)
            else:
                schema = with_country_codes(pa.RecordBatch.from_pylist([], rows.schema)).schema
                coded = pa.RecordBatchReader.from_batches(schema, map(with_country_codes, rows))
                reader = stack.enter_context(selected(coded, audience.sql))
            write_file(reader, path, kind, about)
    except Exception:
        if rows.failed:
            raise rows.failed[0] from None
        raise


def _kind(request: ExportRequest, audience: AudienceFormat | None) -> str:
    chosen = (request.format or request.path.suffix.removeprefix(".")).lower()
    if audience is not None:
        if chosen != "csv":
            raise InputError(f"{audience.title} takes CSV. Name the file {request.path.stem}.csv.")
        if request.columns:
            raise InputError(
                f"{audience.title} has columns of its own: {', '.join(audience.headers)}. Ask for no others."
            )
        if request.consent == "all":
            raise InputError(
                "An audience holds nobody who refused. Choose the consent explicit, or unless_refused to write also to"
                " who was never asked."
            )
    if chosen not in FORMATS:
        raise InputError(f"`{chosen}` is no format of exports. Choose one of: {', '.join(FORMATS)}.")
    return chosen


def _columns(queries: Queries, request: ExportRequest, audience: AudienceFormat | None) -> list[str]:
    return audience.fields(queries.customer_columns()) if audience else list(request.columns)
