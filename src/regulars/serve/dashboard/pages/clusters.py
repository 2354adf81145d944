"""Clusters: customers who buy alike, in two and three dimensions, what each is like, and how k was chosen."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from regulars.serve import cluster_views
from regulars.serve.charts.basis import Missing
from regulars.serve.charts.clusters import FIND_CLUSTERS
from regulars.serve.charts.customers import cluster_title
from regulars.serve.dashboard import clicks, drawing, live, numbers, people, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.page import Page
from regulars.serve.dashboard.tables import Column
from regulars.serve.queries import Queries

_ALL = "All clusters"
_VIEWS = {"Flat": "clusters_2d", "In space": "clusters_3d"}


def draw(desk: Desk) -> None:
    """Draws the page."""
    if not desk.ask(cluster_views.has_clusters):
        states.missing(
            "There are no clusters in what is published: too few customers, or too few kinds of them, or the stage"
            " `learn` was left out.",
            FIND_CLUSTERS,
        )
        return
    currency = desk.ask(live.data_through)["currency"]
    tried = desk.ask(cluster_views.tried)
    _headline(tried)
    _cloud(desk)
    profiles = desk.ask(cluster_views.profiles).to_pylist()
    titles = {cluster_title(row["cluster_id"], row["cluster_name"]): row for row in profiles}
    chosen = _profiles(desk, titles, currency)
    _members(desk, titles, chosen, currency)
    _search(desk, tried)


def _headline(tried: pa.Table) -> None:
    split = cluster_views.chosen(tried)
    if split is None:
        return
    tables.tiles(
        [
            ("Clusters", numbers.count(split.k), "groups that the customers fall into"),
            ("Silhouette", numbers.number(split.silhouette, 2), "how far the groups lie apart; at most 1"),
            ("Stability", numbers.number(split.stability, 2), "how alike they come out of other samples; at most 1"),
            ("Splits tried", numbers.count(split.tried), "numbers of clusters and settings that were compared"),
        ]
    )


def _cloud(desk: Desk) -> None:
    view = st.segmented_control(
        "View", list(_VIEWS), default="Flat", required=True, key="view", bind="query-params", width="content"
    )
    kind = _VIEWS[view]
    found = desk.chart(kind)
    conclusion = "Groups that lie apart buy differently; where they touch, customers could be in either."
    if kind == "clusters_3d":
        conclusion += " Drag to turn it."
    drawing.chart(kind, found, conclusion=conclusion, key=kind, height=560 if kind == "clusters_3d" else 470)


def _profiles(desk: Desk, titles: dict[str, dict[str, Any]], currency: str) -> str:
    found = desk.chart("cluster_profiles")
    names = {row["cluster_id"]: title for title, row in titles.items()}
    drawing.chart(
        "cluster_profiles",
        found,
        conclusion="" if isinstance(found, Missing) else f"{found.conclusion} Click a cell to see the cluster below.",
        key="profiles",
        selects=clicks.chooses("profiles", cluster=lambda carried: names.get(carried[0], _ALL) if carried else _ALL),
        height=130 + 74 * len(titles),
    )
    rows = [{**row, "title": title} for title, row in titles.items()]
    tables.show(
        rows,
        [
            Column("title", "Cluster"),
            Column("customers", "Customers", "count"),
            Column("share", "Share", "share"),
            Column("median_recency", "Median days since the last order", "count"),
            Column("median_frequency", "Median orders", "count"),
            Column("median_monetary", "Median spend", "money"),
            Column("total_monetary", "Spend of all", "money"),
        ],
        currency=currency,
        caption="Clusters",
    )
    tables.download(desk, "clusters", lambda: desk.ask(cluster_views.profiles), key="clusters_file")
    return str(st.selectbox("Cluster", [_ALL, *titles], key="cluster", bind="query-params", width=360))


def _members(desk: Desk, titles: dict[str, dict[str, Any]], chosen: str, currency: str) -> None:
    row = titles.get(chosen)
    cluster_id = None if row is None else row["cluster_id"]
    total = sum(each["customers"] for each in titles.values()) if row is None else row["customers"]
    st.header(f"Customers of {'all clusters' if row is None else chosen}", anchor=False)
    segments = desk.ask(cluster_views.segments_of, cluster_id).to_pylist()
    colours = {each["segment"]: each["colour"] for each in desk.ask_queries(Queries.segments).to_pylist()}
    largest = segments[0]
    st.markdown(
        f"{numbers.count(total)} customers; {numbers.share(largest['customers'] / total)} of them are"
        f" {drawing.plain(largest['segment'])}. Clusters come from what customers do alone,"
        " segments from the shop's map."
    )
    tables.show(
        [{**each, "share": each["customers"] / total} for each in segments],
        [
            Column(
                "segment",
                "Segment",
                link=lambda each: tables.address("segments", segment=each["segment"]),
                swatch=lambda each: colours.get(each["segment"]),
            ),
            Column("customers", "Customers", "count"),
            Column("share", "Share", "share"),
            Column("revenue", "Revenue of the window", "money"),
        ],
        currency=currency,
        caption="Segments of the cluster",
    )
    tables.download(
        desk, "cluster_segments", lambda: desk.ask(cluster_views.segments_of, cluster_id), key="segments_file"
    )
    people.show(
        desk,
        total,
        cluster_views.customers,
        [
            Column("segment", "Segment", swatch=lambda each: colours.get(each["segment"])),
            Column("recency", "Days since the last order", "count"),
            Column("frequency", "Orders", "count"),
            Column("monetary", "Spend in the window", "cents"),
            Column("clv", "Expected in a year", "cents"),
            Column("last_order_date", "Last order", "date"),
        ],
        name="cluster_customers",
        caption="Customers of the cluster",
        filters={"cluster_id": cluster_id},
        currency=currency,
    )


def _search(desk: Desk, tried: pa.Table) -> None:
    found = desk.chart("cluster_search")
    drawing.chart(
        "cluster_search",
        found,
        conclusion="" if isinstance(found, Missing) else found.conclusion,
        key="search",
        height=520,
    )
    with st.expander("All splits that were tried, as a table"):
        tables.show(
            tried,
            [
                Column("algorithm", "Algorithm"),
                Column("setting", "Setting"),
                Column("k", "Clusters", "count"),
                Column("silhouette", "Silhouette", "number"),
                Column("davies_bouldin", "Davies-Bouldin", "number"),
                Column("calinski_harabasz", "Calinski-Harabasz", "number"),
                Column("inertia", "Inertia", "number"),
                Column("stability", "Stability", "number"),
                Column("largest_share", "Largest", "share"),
                Column("smallest_share", "Smallest", "share"),
                Column("is_useful", "Useful"),
                Column("is_chosen", "Published"),
            ],
            caption="Splits",
        )
        tables.download(desk, "cluster_search", tried, key="search_file")


PAGE = Page("clusters", "Clusters", ":material/bubble_chart:", draw)
