"""A file that says which person each customer record truly is: CSV or Parquet, or the folder of a generated shop."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from regulars.errors import InputError

# What the columns may be called, the likeliest name first.
RECORD = ("source_customer_id", "customer_id", "record", "record_id", "rec_id", "unique_id", "id")
ENTITY = ("entity", "entity_id", "person_id", "person", "cluster", "cluster_id")
_IN_A_SHOP = ("identity.parquet", "identity.csv", "truth/identity.parquet", "truth/identity.csv")


def read_truth(path: Path) -> pa.Table:
    """Reads the true person of each record.

    Args:
        path: The file, or the folder that `regulars generate` wrote.

    Returns:
        Columns `record` and `entity` as text, and `source` if the file has it; rows without a person are left out.

    Raises:
        InputError: The file is absent or no table, a column is missing, or a record has two persons.
    """
    file = _found(path)
    try:
        table = pq.read_table(file) if file.suffix == ".parquet" else _read_csv(file)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"{file} cannot be read: {error}. Give a CSV or Parquet file with a header.") from None
    names = {name.strip().lower(): name for name in table.column_names}
    chosen = {"record": _column(file, names, RECORD), "entity": _column(file, names, ENTITY)}
    if "source" in names:
        chosen["source"] = names["source"]
    truth = pa.table({name: pc.utf8_trim_whitespace(table[of].cast(pa.string())) for name, of in chosen.items()})
    truth = truth.filter(pc.and_(pc.is_valid(truth["entity"]), pc.not_equal(truth["entity"], "")))
    key = [name for name in ("source", "record") if name in chosen]
    counted = truth.group_by(key).aggregate([("entity", "count_distinct")])
    doubtful = counted.filter(pc.greater(counted["entity_count_distinct"], 1))
    if doubtful.num_rows:
        raise InputError(
            f"{file} gives {doubtful.num_rows:,} record(s) more than one person, such as"
            f" `{doubtful['record'][0]}`. Keep one line per record, or add a column `source`."
        )
    return truth.group_by([*key, "entity"]).aggregate([])


def _found(path: Path) -> Path:
    if not path.is_dir():
        if not path.exists():
            raise InputError(
                f"There is no file {path}. Give the truth as CSV or Parquet, or a generated shop's folder."
            )
        return path
    for name in _IN_A_SHOP:
        if (path / name).exists():
            return path / name
    raise InputError(f"{path} is no generated shop: it has no truth/identity.csv or .parquet. Name the file itself.")


def _read_csv(file: Path) -> pa.Table:
    """As text: an id 007 is no 7."""
    with csv.open_csv(file) as reader:
        names = reader.schema.names
    return csv.read_csv(file, convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())))


def _column(file: Path, names: dict[str, str], options: tuple[str, ...]) -> str:
    for name in options:
        if name in names:
            return names[name]
    raise InputError(
        f"{file} has no column of {'records' if options is RECORD else 'persons'}. It has:"
        f" {', '.join(names.values())}. Call it one of: {', '.join(options)}."
    )
