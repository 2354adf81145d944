"""From links to persons: makes the temporary tables that say which keys belong together.

Only keys that are linked at all come to Python, as numbers. `resolving_groups` has the exact group of each key before
anybody decided anything, which is what matching goes by; `resolving_components` the group with the decisions, and the
person that matches have made of groups.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from regulars.engines.base import Session
from regulars.identity import exact, ids
from regulars.identity.chains import Integers, Links, joined
from regulars.identity.clusters import components
from regulars.identity.matching import Matcher, find_matches
from regulars.settings import IdentitySettings

_NOBODY = np.empty((0, 2), dtype=np.int64)


def find_persons(durable: Session, settings: IdentitySettings, matcher: Matcher | None) -> str:
    """Makes `resolving_groups`, `_matches`, `_decisions`, `_components` and `_persons`.

    Args:
        durable: The durable warehouse; `resolving_keys`, `resolving_links` and `resolving_ignored` are there.
        settings: The thresholds.
        matcher: Weighs likeness; none = exact links alone.

    Returns:
        The fingerprint of what the matches depend on.
    """
    durable.execute("create temporary table resolving_groups (key_number bigint, group_number bigint)")
    durable.execute(
        "create temporary table resolving_components (key_number bigint, group_number bigint, person_number bigint)"
    )
    keys, groups = _components(durable, _NOBODY)
    durable.append("resolving_groups", pa.table({"key_number": keys, "group_number": groups}))
    fingerprint = find_matches(durable, matcher, settings.review_threshold)
    for statement in exact.decisions():
        durable.execute(statement)
    decided = durable.query("select left_number, right_number from resolving_decisions")
    apart = _pairs(durable.query(exact.APART))
    if decided.num_rows:
        keys, groups = _components(durable, apart)
    links = durable.query(
        "select left_number, right_number, match_weight from resolving_matches where probability >= $1"
        " order by left_number, right_number",
        (settings.match_threshold,),
    )
    nodes, persons = joined(
        keys,
        groups,
        Links(links["left_number"].to_numpy(), links["right_number"].to_numpy(), links["match_weight"].to_numpy()),
        apart,
        settings.max_cluster_size,
    )
    group_of = nodes.copy()
    group_of[np.searchsorted(nodes, keys)] = groups
    durable.append(
        "resolving_components", pa.table({"key_number": nodes, "group_number": group_of, "person_number": persons})
    )
    durable.execute(ids.PERSONS)
    return fingerprint


def _components(durable: Session, apart: Integers) -> tuple[Integers, Integers]:
    edges = durable.query(exact.EDGES)
    return components(edges["key_number"].to_numpy(), edges["value_number"].to_numpy(), apart)


def _pairs(table: pa.Table) -> Integers:
    return np.column_stack([table["left_number"].to_numpy(), table["right_number"].to_numpy()]).astype(np.int64)
