"""Text without NUL characters: no spreadsheet shows them and PostgreSQL cannot keep them, so no warehouse gets any.

What has none, as nearly all text, is looked through at the speed of memory and handed on as it is.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def without_nul(column: pa.Array) -> pa.Array:
    """The column as it is, or, where any of its texts has a NUL character, without them."""
    return pc.replace_substring(column, "\0", "") if _may_have_nul(column) else column


def _may_have_nul(column: pa.Array) -> bool:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    offsets_of, letters = column.buffers()[1:]
    if letters is None or len(column) == 0:
        return False
    width = np.int64 if pa.types.is_large_string(column.type) else np.int32
    offsets = np.frombuffer(offsets_of, width, len(column) + 1, column.offset * width().itemsize)
    seen = np.frombuffer(letters, np.uint8, int(offsets[-1] - offsets[0]), int(offsets[0]))
    return bool(seen.size) and not seen.all()
