"""Records as lines of JSON, for feeds whose values are Python's."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any


def json_line(record: Mapping[str, Any], plain: Callable[[Any], Any]) -> bytes:
    """A record as one line; `plain` says what JSON has no kind for."""
    try:
        text = json.dumps(record, default=plain, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(record), default=plain, ensure_ascii=False)
    return text.encode(errors="replace")


def _finite(value: Any) -> Any:
    """Without NaN and infinity, for which JSON has no words."""
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
