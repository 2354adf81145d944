"""The scores, codes and segments of many customers at once, by the cut points that a run has found.

What `standing.py` does for one customer and all days, this does for all customers and one day, in arrays; a test of
every customer of a shop holds it against what was published.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.segments.model import PROSPECT
from regulars.segments.standing import METRICS, Yardstick

Floats = npt.NDArray[np.float64]
Scores = npt.NDArray[np.int64]

PLACED = pa.schema(
    [
        ("segment", pa.string()),
        ("rfm_score", pa.string()),
        ("r_score", pa.int32()),
        ("f_score", pa.int32()),
        ("m_score", pa.int32()),
    ]
)


def place_customers(yardstick: Yardstick, rfm: Floats, orders: Floats) -> pa.Table:
    """Scores and segments.

    Args:
        yardstick: The cut points and the map.
        rfm: Shape (n, 3): recency, frequency and monetary within the window; NaN where they are not known.
        orders: Shape (n,): orders of all time; NaN where they are not known, and then one order of the window counts
            as the only one.

    Returns:
        PLACED: nobody whose recency, frequency or monetary is not known has any of it, and a prospect has no scores.
    """
    recency, frequency, _ = rfm.T
    is_prospect = (orders == 0) | (np.isnan(orders) & (frequency == 0) & np.isnan(recency))
    is_known = ~np.isnan(rfm).any(axis=1)
    is_scored = is_known & ~is_prospect
    # Outside the window all scores are 1, as those of customers whom the shop knows.
    is_active = is_scored & (recency <= yardstick.window_days) & (frequency > 0)
    scores = [
        np.where(is_active, _scored(yardstick, metric, values), 1)
        for metric, values in zip(METRICS, rfm.T, strict=True)
    ]
    is_single = np.where(np.isnan(orders), frequency == 1, orders == 1)
    names, places = _segments(yardstick, scores, is_single)
    segment = np.where(is_prospect, len(names) - 1, places)
    codes = scores[0] * 100 + scores[1] * 10 + scores[2]
    columns = [
        pa.array(names).take(pa.array(segment, mask=~(is_scored | is_prospect))),
        pa.array(codes, mask=~is_scored).cast(pa.string()),
        *(pa.array(score, pa.int32(), mask=~is_scored) for score in scores),
    ]
    return pa.table(columns, schema=PLACED)


def _scored(yardstick: Yardstick, metric: str, values: Floats) -> Scores:
    """The score of every value, as the macro score_of gives it; by ranks, the best that a value got there."""
    found = np.ones(len(values), dtype=np.int64)
    is_ranked = yardstick.methods[metric] == "ntile"
    for band in sorted(yardstick.bands[metric]):
        edge = band.value_to if metric == "recency" else band.value_from
        if band.score == 1 or edge is None:
            continue
        if metric == "recency":
            found[values <= float(edge) if is_ranked else values < float(edge)] = band.score
        else:
            found[values >= float(edge)] = band.score
    return found


def _segments(yardstick: Yardstick, scores: list[Scores], is_single: npt.NDArray[np.bool_]) -> tuple[list[str], Scores]:
    """The names, Prospect last, and per row the place of its own, looked up in a table of all codes."""
    names = [*(segment for segment in yardstick.segments if segment != PROSPECT), PROSPECT]
    table = np.full((10, 10, 10, 2), len(names) - 1)
    for code, segment in yardstick.codes.items():
        r_score, f_score, m_score, single = code
        table[r_score, f_score, m_score, int(single)] = names.index(segment)
    return names, table[scores[0], scores[1], scores[2], is_single.astype(np.int64)]
