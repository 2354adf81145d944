"""JSON and JSON Lines as deliveries: one row per object, nested values as JSON text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.errors import InputError
from regulars.sources.delivery import MALFORMED, Delivery, numbered, unique_names
from regulars.sources.survey import Survey

_BATCH_ROWS = 122_880
_LARGEST_OBJECT = 64 * 2**20
# DuckDB writes the number 1.10 as 1.1 and rounds the longest. Where an object has such numbers they are made strings
# before they are taken out, between two marks that no text has. The pattern's first half passes over strings.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_AT_RISK = "[0-9][.][0-9]*0[^0-9.]|[0-9][eE]|[0-9.]{16}"
_STRING_OR_NUMBER = r"""("(?:[^"\\]|\\.)*")|(-?[0-9]+(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?)"""
_MARKED = rf"regexp_replace(object, '{_STRING_OR_NUMBER}', '\1{_OPEN}\2{_CLOSE}', 'gs')"
_IS_AT_RISK = f"regexp_matches(object, '{_AT_RISK}')"
_KEEPING_DIGITS = (
    f"case when {_IS_AT_RISK} then replace(replace(replace({_MARKED}, '{_OPEN}{_CLOSE}', ''),"
    f""" '{_OPEN}', '"{_OPEN}'), '{_CLOSE}', '{_CLOSE}"') else object end"""
)


def open_json(path: Path, facts: Survey) -> Delivery:
    """A delivery of objects: one per line, an array of them, or the first list of objects inside one object.

    Raises:
        InputError: It is empty, no JSON, or holds no objects.
    """
    start = facts.head.decode(facts.encoding, errors="replace").lstrip("\ufeff \t\r\n")
    if not start:
        raise InputError(f"{path.name} is empty. Export it again.")
    if not facts.is_utf8:
        raise InputError(f"{path.name} is JSON but not in UTF-8, as JSON must be. Export it again in UTF-8.")
    if _is_lines(start) or {".jsonl", ".ndjson"} & {suffix.lower() for suffix in path.suffixes[-2:]}:
        objects = _lines_sql(path, facts)
    elif start.startswith("["):
        objects = _objects_sql(path, facts, "array", _LARGEST_OBJECT)
    else:
        objects = _inner_list_sql(path, facts)
    keys = _keys(path, objects)
    columns = unique_names(keys)
    delivery = Delivery(str(path), path.name, facts.bytes, facts.content_hash, columns, lambda: iter(()))
    delivery.read = lambda: _read(path, objects, keys, delivery)
    return delivery


def _read(path: Path, objects: str, keys: list[str], delivery: Delivery) -> Iterator[pa.RecordBatch]:
    pointers = ", ".join("'/" + k.replace("~", "~0").replace("/", "~1").replace("'", "''") + "'" for k in keys)
    bad: list[pa.Table] = []
    first = 1
    with duckdb.connect() as connection:
        try:
            values = f"case when ok then json_extract_string({_KEEPING_DIGITS}, [{pointers}]) end"
            # The objects themselves are many times what is taken out of them; only the refused ones come along.
            refused = "case when not ok then object end"
            sql = f"select ok, {_IS_AT_RISK} as marked, {refused} as refused, {values} as found from ({objects})"
            reader = connection.sql(sql).to_arrow_reader(_BATCH_ROWS)
            for batch in reader:
                numbers = pa.array(np.arange(first, first + batch.num_rows))
                first += batch.num_rows
                ok = batch.column("ok")
                if not pc.all(ok).as_py():
                    is_bad = pc.invert(ok)
                    reason = pa.repeat(pa.scalar("the row is no JSON object"), pc.sum(is_bad).as_py())
                    texts = batch.column("refused").filter(is_bad)
                    bad.append(pa.table([numbers.filter(is_bad), reason, texts], schema=MALFORMED))
                kept = batch.filter(ok)
                found = pc.list_flatten(kept.column("found"))
                cells = [found.take(pa.array(np.arange(i, len(found), len(keys)))) for i in range(len(keys))]
                if pc.any(batch.column("marked")).as_py():
                    cells = [_restored(cell) for cell in cells]
                cells = [pc.if_else(pc.equal(cell, ""), pa.scalar(None, pa.string()), cell) for cell in cells]
                rows = pa.RecordBatch.from_arrays(cells, names=delivery.columns)
                yield numbered(rows, delivery.columns, numbers.filter(ok))
        except duckdb.Error as error:
            raise InputError(_not_json(path, error)) from None
        finally:
            delivery.malformed = pa.concat_tables([MALFORMED.empty_table(), *bad])


def _restored(cells: pa.Array) -> pa.Array:
    """Numbers inside nested values without the quotes that kept their digits."""
    if pc.any(pc.match_substring(cells, _OPEN)).as_py():
        for mark in (f'"{_OPEN}', f'{_CLOSE}"', _OPEN, _CLOSE):
            cells = pc.replace_substring(cells, mark, "")
    return cells


def _keys(path: Path, objects: str) -> list[str]:
    """Every key of every object, in the order in which they first appear."""
    # Most objects have the same keys, so that few lists of them are left to take apart.
    lists = (
        """select from_json(keys, '["VARCHAR"]') as keys, min(place) as place from"""
        " (select cast(to_json(json_keys(object)) as varchar) as keys, place from"
        f" (select case when ok then object end as object, row_number() over () as place from ({objects}))) group by 1"
    )
    sql = f"select key from (select unnest(keys) as key, place from ({lists})) group by key order by min(place), key"
    with duckdb.connect() as connection:
        try:
            found = connection.sql(sql).to_arrow_table().column(0).to_pylist()
        except duckdb.Error as error:
            raise InputError(_not_json(path, error)) from None
        if found:
            row = connection.execute(f"select object from ({objects}) where ok limit 1").fetchone()
            order = {key: place for place, key in enumerate(json.loads(row[0]) if row else ())}
            found.sort(key=lambda key: order.get(key, len(order)))
    if not found:
        raise InputError(
            f"{path.name} holds no JSON objects with keys. It must be a list of objects, or one object per line."
        )
    return [str(key) for key in found]


def _lines_sql(path: Path, facts: Survey) -> str:
    """One object per line, each judged on its own."""
    # Asking for its type would parse each line once more: what is valid and begins with a brace is an object.
    is_object = (
        "case when starts_with(line, '{') then json_valid(line)"
        " when json_valid(line) then json_type(line) = 'OBJECT' else false end"
    )
    # Not strict: the line breaks of one file may differ.
    options = (
        "columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = '\\x01', quote = '', escape = '',"
        f" strict_mode = false, max_line_size = {_LARGEST_OBJECT}, compression = '{_compression(facts)}'"
    )
    is_row = "starts_with(line, '{') or trim(line) <> ''"
    return f"select line as object, {is_object} as ok from read_csv({_quoted(path)}, {options}) where {is_row}"


def _objects_sql(path: Path, facts: Survey, shape: str, largest: int) -> str:
    return (
        "select cast(json as varchar) as object, coalesce(json_type(json) = 'OBJECT', false) as ok"
        f" from read_json_objects({_quoted(path)}, format = '{shape}', maximum_object_size = {largest},"
        f" compression = '{_compression(facts)}')"
    )


def _inner_list_sql(path: Path, facts: Survey) -> str:
    """The first list of objects in an object such as {"orders": […]}; a lone object is a list of one."""
    whole = _objects_sql(
        path, facts, "unstructured", max(facts.bytes * 20 if facts.is_gzip else facts.bytes, 1024) + 1024
    )
    pointer = "'/' || replace(replace(key, '~', '~0'), '/', '~1')"
    with duckdb.connect() as connection:
        try:
            row = connection.execute(
                f"select pointer from (select object, key, {pointer} as pointer from"
                f" (select object, unnest(json_keys(object)) as key from ({whole})))"
                " where json_type(object, pointer) = 'ARRAY' and json_type(object, pointer || '/0') = 'OBJECT' limit 1"
            ).fetchone()
        except duckdb.Error as error:
            raise InputError(_not_json(path, error)) from None
    if row is None:
        return whole
    found = "'" + str(row[0]).replace("'", "''") + "'"
    items = f"select unnest(cast(json_extract({_KEEPING_DIGITS}, {found}) as json[])) as item from ({whole})"
    text = f"""replace(replace(cast(item as varchar), '"{_OPEN}', ''), '{_CLOSE}"', '')"""
    return f"select {text} as object, coalesce(json_type(item) = 'OBJECT', false) as ok from ({items})"


def _is_lines(start: str) -> bool:
    """Whether the first line is an object of its own."""
    first, _, rest = start.partition("\n")
    if not first.lstrip().startswith("{"):
        return False
    try:
        json.loads(first)
    except ValueError:
        # A damaged first line of many is still a line when the next one is an object.
        return first.rstrip().endswith("}") and rest.lstrip().startswith("{")
    return bool(rest.strip())


def _compression(facts: Survey) -> str:
    return "gzip" if facts.is_gzip else "none"


def _quoted(path: Path) -> str:
    """The path as SQL, its own brackets and stars no pattern."""
    return "'" + re.sub(r"[\[*?]", r"[\g<0>]", str(path)).replace("'", "''") + "'"


def _not_json(path: Path, error: Exception) -> str:
    reason = str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
    return f"{path.name} is no valid JSON: {reason.rstrip('. ')}. Mend it, or export one object per line."
