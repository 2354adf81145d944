"""Reads a map's CSV: rows as a spreadsheet saves them, and lines `# key: value` that say how scores are made.

The columns are `segment`, then `codes` or `rule` or both, and any of description, colour, playbook, channel and goal. A
segment may have several rows. Cells left empty take what Regulars ships for a segment of that name.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import fields, replace
from importlib.resources import files

from pydantic import ValidationError

from regulars.segments.lint import Problem
from regulars.segments.model import NEVER_BOUGHT, PROSPECT, Clause, Segment, SegmentMap
from regulars.settings import MetricScoring

_TEXTS = tuple(field.name for field in fields(Segment) if field.name != "name")
_COLUMNS = ("segment", "codes", "rule", *_TEXTS)
_KEYS = ("name", "bins", "recency", "frequency", "monetary")
_QUANTILE = MetricScoring(method="quantile")

Row = tuple[int, list[str]]


def read_map(text: str, name: str) -> tuple[SegmentMap, list[Problem]]:
    """Reads the text of a map's CSV.

    Args:
        text: The whole file.
        name: The map's name, unless the file says another.

    Returns:
        The map as far as it can be read, and what could not be read.
    """
    problems: list[Problem] = []
    rows = _rows(text, problems)
    settings = _settings((row for row in rows if row[1][0].startswith("#")), problems)
    body = [row for row in rows if not row[1][0].startswith("#")]
    records = _records(body, problems)
    segments = _segments(records, problems)
    clauses = [Clause(r["segment"], r.get("codes", ""), r.get("rule", ""), line) for line, r in records]
    bins = settings.get("bins", "5")
    if not re.fullmatch(r"[0-9]{1,3}", bins):
        problems.append(Problem("bins", f"bins is `{bins}`: write a whole number such as 5."))
        bins = "5"
    segment_map = SegmentMap(
        name=settings.get("name", name),
        bins=int(bins),
        recency=_scoring("recency", settings, problems),
        frequency=_scoring("frequency", settings, problems),
        monetary=_scoring("monetary", settings, problems),
        segments=segments,
        clauses=tuple(clause for clause in clauses if not _says_never_bought(clause)),
    )
    return segment_map, problems


def shipped_segments() -> dict[str, Segment]:
    """The segments that Regulars knows by name, with their texts and colours."""
    text = (files("regulars.segments") / "playbooks.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return {row["segment"]: Segment(row["segment"], **{column: row[column] for column in _TEXTS}) for row in rows}


def _says_never_bought(clause: Clause) -> bool:
    return clause.segment == PROSPECT and not clause.codes and clause.rule.lower() in ("", NEVER_BOUGHT)


def _rows(text: str, problems: list[Problem]) -> list[Row]:
    """The rows that say something, with their line numbers, whichever of , ; and tab parts their cells."""
    header = next((line for line in text.splitlines() if line.strip() and not line.lstrip('"').startswith("#")), "")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows: list[Row] = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append((reader.line_num, cells))
    except csv.Error as error:
        problems.append(Problem("columns", f"Line {reader.line_num} is no CSV ({error}): save the map as CSV UTF-8."))
    return rows


def _settings(rows: Iterable[Row], problems: list[Problem]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for line, cells in rows:
        # A spreadsheet splits `cuts 30, 60` into cells and pads the line with empty ones.
        key, separator, value = " ".join(cell for cell in cells if cell).lstrip("# ").partition(":")
        key = key.strip().lower()
        if separator and key in _KEYS and value.strip():
            settings[key] = value.strip()
        elif separator:
            problems.append(Problem("setting", f"Line {line}: `{key}` is no setting of a map: use {', '.join(_KEYS)}."))
    return settings


def _scoring(metric: str, settings: dict[str, str], problems: list[Problem]) -> MetricScoring:
    if metric not in settings:
        return _QUANTILE
    method, *cuts = settings[metric].replace(",", " ").replace(";", " ").split()
    try:
        return MetricScoring.model_validate({"method": method.lower(), "cuts": cuts})
    except ValidationError:
        problems.append(
            Problem("scoring", f"{metric} is `{settings[metric]}`: write quantile, ntile, or cuts with rising numbers.")
        )
        return _QUANTILE


def _records(body: list[Row], problems: list[Problem]) -> list[tuple[int, dict[str, str]]]:
    if not body:
        problems.append(
            Problem("columns", "There are no rows: give a header, segment and codes, and a row per segment.")
        )
        return []
    header = ["codes" if cell.lower() == "code" else cell.lower() for cell in body[0][1]]
    unknown = [cell for cell in header if cell and cell not in _COLUMNS]
    if unknown:
        problems.append(Problem("columns", f"Unknown columns {', '.join(unknown)}: a map has {', '.join(_COLUMNS)}."))
    repeated = sorted({cell for cell in header if cell and header.count(cell) > 1})
    if repeated:
        problems.append(Problem("columns", f"Columns given twice: {', '.join(repeated)}. Keep one of each."))
    if "segment" not in header or not {"codes", "rule"} & set(header):
        problems.append(Problem("columns", f"Columns are {', '.join(header)}: a map needs segment, and codes or rule."))
        return []
    records = []
    for line, cells in body[1:]:
        record = dict(zip(header, cells, strict=False))
        if any(cells[len(header) :]):
            problems.append(
                Problem("columns", f"Line {line} has more cells than the header: put codes into one cell, `555 554`.")
            )
        if record.get("segment"):
            records.append((line, record))
        else:
            problems.append(Problem("name", f"Line {line} has no segment: name it or delete the line."))
    return records


def _segments(records: list[tuple[int, dict[str, str]]], problems: list[Problem]) -> tuple[Segment, ...]:
    """The segments in order of their first rows, with the shipped texts where the file has none, and Prospect last."""
    shipped = shipped_segments()
    found: dict[str, dict[str, str]] = {}
    for line, record in records:
        texts = found.setdefault(record["segment"], {})
        for column in _TEXTS:
            value = record.get(column, "")
            if value and texts.setdefault(column, value) != value:
                problems.append(
                    Problem("text", f"Line {line}: {record['segment']} has a second {column}: keep one of them.")
                )
    found[PROSPECT] = found.pop(PROSPECT, {})
    return _coloured([replace(shipped.get(name, Segment(name)), **texts) for name, texts in found.items()], shipped)


def _coloured(segments: list[Segment], shipped: dict[str, Segment]) -> tuple[Segment, ...]:
    """Gives each segment without a colour the first one of the shipped palette that the map does not use."""
    used = {segment.colour.upper() for segment in segments}
    free = iter([c for c in dict.fromkeys(segment.colour for segment in shipped.values()) if c not in used])
    return tuple(s if s.colour else replace(s, colour=next(free, "")) for s in segments)
