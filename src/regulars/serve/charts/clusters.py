"""What charts of clusters draw beside the customers themselves: how the split was chosen, and what each is like."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.engines.base import Session
from regulars.serve.charts.basis import Missing, Words, missing, percent, read_ground
from regulars.serve.charts.customers import cluster_title
from regulars.serve.cluster_views import INDICES, chosen, chosen_words, has_clusters, profiles, tried

FIND_CLUSTERS = "`regulars run` finds them as soon as there are enough customers."


@dataclass(frozen=True)
class Split:
    """One split that was tried, by one index; None = it could not be measured."""

    algorithm: str
    setting: str
    value: float | None
    is_chosen: bool


@dataclass(frozen=True)
class IndexPanel:
    """All splits by one index, and which values of it are good."""

    name: str
    good: str
    splits: tuple[Split, ...]


@dataclass(frozen=True)
class Search:
    """How the number of clusters was chosen."""

    words: Words
    conclusion: str
    panels: tuple[IndexPanel, ...]


@dataclass(frozen=True)
class Trait:
    """A mean of a cluster: in words with its unit, as a share of the highest one, and how many times everybody's."""

    said: str
    share: float
    times_all: float | None


@dataclass(frozen=True)
class Profile:
    """A cluster with its traits, in the order of Profiles.traits."""

    cluster_id: int
    name: str
    customers: int
    share: float
    traits: tuple[Trait, ...]


@dataclass(frozen=True)
class Profiles:
    """The clusters side by side."""

    words: Words
    conclusion: str
    traits: tuple[str, ...]
    profiles: tuple[Profile, ...]


def read_cluster_search(live: Session) -> Search | Missing:
    """Every split that was tried, by each index that it has a value of."""
    title = "How the number of clusters was chosen"
    found = tried(live)
    split = chosen(found)
    if split is None:
        return missing(title, "No split of the customers was chosen in the published warehouse.", FIND_CLUSTERS)
    rows = found.to_pylist()
    panels = tuple(
        IndexPanel(
            name,
            good,
            tuple(Split(row["algorithm"], row["setting"], row[column], row["is_chosen"]) for row in rows),
        )
        for column, (name, good) in INDICES.items()
        if any(row[column] is not None for row in rows)
    )
    subtitle = f"{split.tried} splits of the customers by {len(panels)} indices; the published one stands out."
    conclusion = chosen_words(split)
    return Search(Words(title, subtitle, f"{title}. {subtitle} {conclusion}"), conclusion, panels)


def read_cluster_profiles(live: Session) -> Profiles | Missing:
    """The mean recency, frequency and spend of each cluster."""
    title = "What the customers of each cluster have in common"
    if not has_clusters(live):
        return missing(title, "There are no clusters in the published warehouse.", FIND_CLUSTERS)
    ground = read_ground(live)
    rows = profiles(live).to_pylist()
    unit = f" {ground.currency}" if ground.currency else ""
    traits = {
        "avg_recency": ("Days since the last order", "{:,.0f} days"),
        "avg_frequency": ("Orders in the window", "{:,.1f}"),
        "avg_monetary": (ground.money("Spend in the window"), "{:,.0f}" + unit),
    }
    customers = sum(row["customers"] for row in rows)
    of_all = {column: sum(float(row[column]) * row["customers"] for row in rows) / customers for column in traits}
    highest = {column: max(float(row[column]) for row in rows) for column in traits}
    listed = tuple(
        Profile(
            row["cluster_id"],
            cluster_title(row["cluster_id"], row["cluster_name"]),
            row["customers"],
            float(row["share"]),
            tuple(
                Trait(
                    said.format(row[column]),
                    max(float(row[column]), 0.0) / highest[column] if highest[column] > 0 else 0.0,
                    float(row[column]) / of_all[column] if of_all[column] > 0 else None,
                )
                for column, (_, said) in traits.items()
            ),
        )
        for row in rows
    )
    subtitle = "Means of each cluster; the darker, the higher in its column. Below: how many times that of everybody."
    conclusion = _richest(listed)
    names = tuple(label for label, _ in traits.values())
    return Profiles(Words(title, subtitle, f"{title}. {subtitle} {conclusion}"), conclusion, names, listed)


def _richest(found: tuple[Profile, ...]) -> str:
    best = max(found, key=lambda profile: profile.traits[2].times_all or 0.0)
    times = best.traits[2].times_all
    if times is None or times <= 1:
        return "The clusters spend about the same; they differ in how often and how lately."
    return (
        f"{best.name} are {percent(best.share)} of the customers who ever bought and spend {times:.1f} times the"
        " average: keep them first."
    )
