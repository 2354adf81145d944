"""Why there are no clusters, and what to do about it, in words for the shop owner."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.learn.cluster_search import Candidate


def fewer_than(customers: int, k: int) -> str:
    """Fewer customers than clusters were asked for."""
    return f"{customers} customers ever bought, and k is {k}. Land more orders or lower k."


def too_few(customers: int, different: int, needed: int, features: Sequence[str]) -> str:
    """Too few customers, or too few kinds of them, for a choice of k."""
    return (
        f"of {customers} customers who ever bought, {different} differ in {_either(features)}, and {needed} "
        "are needed. Land more orders, or set a small `k` under [clusters]."
    )


def too_alike(k: int, customers: int, different: int, features: Sequence[str]) -> str:
    """Fewer kinds of customers than clusters were asked for."""
    possible = f"{different} or less, or to " if different > 1 else ""
    return (
        f"k = {k} clusters cannot be made: {customers} customers have only {different} different combinations of "
        f"{_either(features, 'and')}, outliers counting as the 1st or 99th percentile. "
        f'Set `k` under [clusters] to {possible}"auto".'
    )


def useless(ks: range, algorithm: str, tried: Sequence[Candidate]) -> str:
    """Every split that was tried is one that nobody could use."""
    if not tried:
        return (
            f"{algorithm} found no split of the customers into {ks.start} to {ks.stop - 1} clusters. Set `algorithm`"
            ' under [clusters] to another, such as "kmeans".'
        )
    what = f"every k from {ks.start} to {ks.stop - 1}" if algorithm == "kmeans" else f"every split of {algorithm}"
    unclustered = ", or more than 20 % in none" if any(each.unclustered_share > 0 for each in tried) else ""
    asked = "Set `k` under [clusters] to a number to have that split all the same."
    if all(each.algorithm in ("dbscan", "hdbscan") for each in tried):
        asked = 'Set `algorithm` under [clusters] to another, such as "kmeans".'
    split = f"more than 80 % of the customers in one cluster or less than 1 % in another{unclustered}"
    return f"{what} leaves {split}. {asked}"


def _either(features: Sequence[str], word: str = "or") -> str:
    return f"{', '.join(features[:-1])} {word} {features[-1]}" if len(features) > 1 else features[0]
