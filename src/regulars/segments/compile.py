"""A map as the two tables that the warehouse joins: settings.segment_codes and settings.segments."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from regulars.segments.codes import every_code
from regulars.segments.lint import read_clauses
from regulars.segments.model import SegmentMap
from regulars.segments.rules import REST, Rule

SEGMENT_CODES = pa.schema(
    [
        ("r_score", pa.int32()),
        ("f_score", pa.int32()),
        ("m_score", pa.int32()),
        ("is_single_order", pa.bool_()),
        ("segment", pa.string()),
        ("rule", pa.string()),
    ]
)
SEGMENTS = pa.schema(
    [
        ("segment", pa.string()),
        ("position", pa.int32()),
        ("description", pa.string()),
        ("colour", pa.string()),
        ("playbook", pa.string()),
        ("channel", pa.string()),
        ("goal", pa.string()),
    ]
)


def compile_map(segment_map: SegmentMap) -> tuple[pa.Table, pa.Table]:
    """Writes a map out.

    Args:
        segment_map: A map without problems, as `load_map` returns it.

    Returns:
        settings.segment_codes, one row per (r_score, f_score, m_score, is_single_order), and settings.segments, one row
        per segment with Prospect last.
    """
    reading, _ = read_clauses(segment_map)
    codes = []
    for code in every_code(segment_map.bins):
        decision = reading.decide(code)
        if decision is None:
            raise ValueError(f"Code {code.digits} is in no segment. Load the map with load_map, which checks it.")
        clause, rule = decision
        codes.append((*code, clause.segment, _why(code.digits, clause.segment, rule)))
    segments = [
        (s.name, position, s.description, s.colour.upper(), s.playbook, s.channel, s.goal)
        for position, s in enumerate(segment_map.segments, start=1)
    ]
    return _table(codes, SEGMENT_CODES), _table(segments, SEGMENTS)


def _why(digits: str, segment: str, rule: Rule | None) -> str:
    if rule is None:
        return f"code {digits} of {segment}"
    return "the rest: no rule above holds" if str(rule) == REST else str(rule)


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(schema, zip(*rows, strict=True), strict=True)
    return pa.table([pa.array(values, field.type) for field, values in columns], schema=schema)
