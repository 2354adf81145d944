"""Segment maps: data that says which segment each RFM code belongs to, checked before anything is scored with them."""

from regulars.segments.compile import compile_map
from regulars.segments.lint import Problem, lint_map
from regulars.segments.maps import load_map, shipped_maps
from regulars.segments.model import PROSPECT, Clause, Segment, SegmentMap

__all__ = [
    "PROSPECT",
    "Clause",
    "Problem",
    "Segment",
    "SegmentMap",
    "compile_map",
    "lint_map",
    "load_map",
    "shipped_maps",
]
