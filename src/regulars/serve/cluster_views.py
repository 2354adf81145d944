"""What there is to know of the published clusters: how they were chosen, what they are like, who is in them."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Session

CUSTOMER_COLUMNS = (
    "customer_id",
    "full_name",
    "email",
    "segment",
    "recency",
    "frequency",
    "monetary",
    "clv",
    "last_order_date",
)
# The indices by which a split is judged: the column, its name, and which values are good.
INDICES = {
    "silhouette": ("Silhouette", "higher is better"),
    "davies_bouldin": ("Davies-Bouldin", "lower is better"),
    "calinski_harabasz": ("Calinski-Harabasz", "higher is better"),
    "inertia": ("Inertia", "where it bends"),
    "stability": ("Stability", "higher is better"),
}


@dataclass(frozen=True)
class Chosen:
    """The split that was published, and how many others were tried.

    Attributes:
        algorithm: Such as kmeans.
        setting: Such as k = 4.
        k: Clusters of it.
        silhouette: From -1 to 1; None = it could not be measured.
        stability: Agreement of splits of other samples of the customers, up to 1; None = it was not measured.
        tried: How many splits were compared.
        useful: How many of these had no cluster that is far too large or too small.
        has_best_silhouette: Whether no other useful split has a higher one.
    """

    algorithm: str
    setting: str
    k: int
    silhouette: float | None
    stability: float | None
    tried: int
    useful: int
    has_best_silhouette: bool


def has_clusters(live: Session) -> bool:
    """Whether any customer is in a cluster."""
    return (
        bool(live.columns(marts.CLUSTERS)) and live.query(f"select 1 as one from {marts.CLUSTERS} limit 1").num_rows > 0
    )


def tried(live: Session) -> pa.Table:
    """Every split that was tried with its indices, the chosen one among them; empty when none was."""
    if not live.columns(catalog.CLUSTER_SEARCH.name):
        return pa.table({name: pa.array([], pa.string()) for name in catalog.CLUSTER_SEARCH.column_names})
    return live.query(f"select * from {catalog.CLUSTER_SEARCH.name} order by algorithm, k, setting")


def chosen(found: pa.Table) -> Chosen | None:
    """The published one of the splits that `tried` gave."""
    rows = found.to_pylist()
    for row in rows:
        if row["is_chosen"]:
            useful = [other for other in rows if other["is_useful"]]
            best = max((other["silhouette"] for other in useful if other["silhouette"] is not None), default=None)
            return Chosen(
                row["algorithm"],
                row["setting"],
                row["k"],
                row["silhouette"],
                row["stability"],
                len(rows),
                len(useful),
                best is not None and row["silhouette"] is not None and row["silhouette"] >= best,
            )
    return None


def chosen_words(split: Chosen) -> str:
    """Why these clusters, for people who know no index."""
    first = f"{split.k} clusters ({split.algorithm}, {split.setting}), one of {split.tried} splits that were tried."
    if split.tried == 1:
        first = f"{split.k} clusters ({split.algorithm}, {split.setting}), as the settings ask; no other was tried."
    elif split.has_best_silhouette:
        first += " Of the useful ones it keeps customers apart best (silhouette"
        first += f" {split.silhouette:.2f} of at most 1)."
    elif split.silhouette is not None:
        first += f" Its silhouette is {split.silhouette:.2f} of at most 1."
    if split.stability is None:
        return first
    word = "the same again" if split.stability >= 0.9 else "much the same" if split.stability >= 0.7 else "others"
    return (
        f"{first} From other samples of the customers the clusters come out {word} (stability {split.stability:.2f})."
    )


def profiles(live: Session) -> pa.Table:
    """What the customers of each cluster have in common."""
    return live.query(f"select * from {marts.CLUSTERS} order by cluster_id")


def segments_of(live: Session, cluster_id: int | None = None) -> pa.Table:
    """How many customers of a cluster, or of all clusters, are in which segment, and what they spent in the window."""
    where, params = (
        ("segments.cluster_id = $1", (cluster_id,))
        if cluster_id is not None
        else ("segments.cluster_id is not null", ())
    )
    return live.query(
        "select segments.segment, count(*) as customers, cast(sum(rfm.monetary) as decimal(18, 2)) as revenue"
        f" from {marts.CUSTOMER_SEGMENTS} as segments"
        f" inner join {marts.FCT_CUSTOMER_RFM} as rfm on segments.customer_id = rfm.customer_id"
        f" where {where} group by segments.segment order by count(*) desc, segments.segment",
        params,
    )


def customers(live: Session, cluster_id: int | None, number: int, size: int) -> pa.Table:
    """The customers of a cluster, or of all clusters, those who spent most in the window first, page by page.

    Args:
        live: The session to ask.
        cluster_id: The cluster; None = all.
        number: The page, from 1.
        size: Rows of a page.
    """
    where, params = ("cluster_id = $1", (cluster_id,)) if cluster_id is not None else ("cluster_id is not null", ())
    return live.query(
        f"select {', '.join(f'wide.{name}' for name in CUSTOMER_COLUMNS)} from {marts.CUSTOMER_360} as wide"
        f" inner join (select customer_id, monetary from {marts.CUSTOMER_360} where {where}"
        f" order by monetary desc, customer_id limit {int(size)} offset {int((number - 1) * size)}) as page"
        " on wide.customer_id = page.customer_id order by page.monetary desc, wide.customer_id",
        params,
    )
