"""A saved clustering as one query in portable SQL, so that a warehouse scores its customers where they lie.

It does what the model does in Python, term by term: missing values take the median, then logarithm, limits, scale, and
the nearest centre or the likeliest mixture. Clusters that go by the nearest member of a sample (spectral, DBSCAN,
HDBSCAN) have no such query.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from regulars.errors import InputError
from regulars.learn.cluster_algorithms import ALGORITHMS
from regulars.learn.cluster_model import ClusterModel
from regulars.learn.cluster_placement import LikeliestMixture, NearestCentre
from regulars.learn.feature_query import feature_query
from regulars.learn.features import FeatureScaling

Dialect = Literal["duckdb", "postgres", "spark"]
_DOUBLE = {"duckdb": "double", "postgres": "double precision", "spark": "double"}
_TABLE_NAME = re.compile(r'^(\w+|"[^"]+")(\.(\w+|"[^"]+")){0,2}$')


def cluster_sql(model: ClusterModel, table: str | None = None, dialect: Dialect = "duckdb") -> str:
    """The query that gives customer_id, cluster_id and cluster_name of every customer.

    Args:
        model: A clustering whose points are placed by centres or mixtures.
        table: A table or view with customer_id and the model's columns; unset = who ever bought, from the marts.
        dialect: What the type of a floating number is called; nothing else differs.

    Raises:
        InputError: The model has no such query, or the table's name is none.
    """
    placement = model.placement
    if not isinstance(placement, NearestCentre | LikeliestMixture):
        raise InputError(
            f"A clustering by {ALGORITHMS[model.algorithm].title} goes by the nearest customer of its sample, which SQL"
            " cannot say in one query. Use `regulars score`, or set `algorithm` under [clusters] to kmeans,"
            " gaussian_mixture or agglomerative."
        )
    if table is not None and not _TABLE_NAME.match(table):
        raise InputError(f"`{table}` is no name of a table. Write one such as new_customers or shop.new_customers.")
    source = f"select customer_id, {', '.join(model.columns)} from {table}" if table else feature_query(model.columns)
    number = _DOUBLE[dialect]
    points = ",\n        ".join(_point(model.scaling, place, number) for place in range(len(model.columns)))
    if isinstance(placement, NearestCentre):
        terms = [_square_distance(centre) for centre in placement.centres]
    else:
        mixtures = zip(placement.centres, placement.precisions, placement.offsets, strict=True)
        terms = [_unlikeliness(*mixture) for mixture in mixtures]
    scores = ",\n        ".join(f"{term} as d{place}" for place, term in enumerate(terms, start=1))
    least = f"least({', '.join(f'd{place}' for place in range(1, len(terms) + 1))})"
    # The first of equals, as in Python.
    ids = "\n            ".join(f"when d{place} = {least} then {place}" for place in range(1, len(terms) + 1))
    names = "\n        ".join(f"when {place} then {_text(name)}" for place, name in enumerate(model.names, start=1))
    return f"""with customers as (

    {source}

),

points as (

    select
        customer_id,
        {points}
    from customers

),

distances as (

    select
        customer_id,
        {scores}
    from points

),

placed as (

    select
        customer_id,
        case
            {ids}
        end as cluster_id
    from distances

)

select
    customer_id,
    cluster_id,
    case cluster_id
        {names}
    end as cluster_name
from placed
"""


def _point(scaling: FeatureScaling, place: int, number: str) -> str:
    feature = scaling.features[place]
    value = f"cast({feature.column} as {number})"
    if feature.is_logged:
        # Whoever has had more back than paid is worth nothing.
        value = f"ln(1 + case when {value} > 0 then {value} else 0 end)"
    lower, upper, centre, scale = (
        _number(measure[place], number) for measure in (scaling.lower, scaling.upper, scaling.centre, scaling.scale)
    )
    missing = _number(float(scaling.missing[place]), number)
    # Both sides of the division are floating numbers, of which every engine makes the same.
    return (
        f"case when {feature.column} is null then {missing} else"
        f" (least(greatest({value}, {lower}), {upper}) - {centre}) / {scale} end as p{place + 1}"
    )


def _square_distance(centre: Sequence[float]) -> str:
    return " + ".join(
        f"(p{place} - {_plain(value)}) * (p{place} - {_plain(value)})" for place, value in enumerate(centre, start=1)
    )


def _unlikeliness(centre: Sequence[float], precision: Sequence[Sequence[float]], offset: float) -> str:
    terms = [_plain(offset)]
    for i, row in enumerate(precision):
        for j in range(i + 1):
            weight = row[j] if i == j else row[j] + precision[j][i]
            terms.append(f"{_plain(weight)} * (p{i + 1} - {_plain(centre[i])}) * (p{j + 1} - {_plain(centre[j])})")
    return " + ".join(terms)


def _plain(value: float) -> str:
    """Every digit of a number, and brackets where it is below zero, so that no two minus signs make a comment."""
    text = format(float(value), ".17g")
    return f"({text})" if text.startswith("-") else text


def _number(value: float, kind: str) -> str:
    return f"cast({format(float(value), '.17g')} as {kind})"


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
