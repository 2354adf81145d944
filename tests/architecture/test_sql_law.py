"""The law of portable SQL (ARCHITECTURE.md), as far as reading the models can tell."""

from __future__ import annotations

import re

import pytest
from tests.architecture.dbt_project import Model, models

FORBIDDEN = {
    r"\bqualify\b": "PostgreSQL has no qualify: number the rows in a CTE and filter",
    r"\bdistinct\s+on\b": "distinct on is PostgreSQL's: number the rows in a CTE and filter",
    r"\bregexp_\w+|\bsimilar\s+to\b|\s!?~": "regular expressions differ: conform the text on the way in",
    r"\btry_cast\b": "try_cast is not everywhere: conform the value on the way in",
    r"\bjson\w*\s*\(|->": "JSON functions differ: conform the value on the way in",
    r"\bcurrent_(date|time|timestamp)\b|\blocaltime(stamp)?\b|\b(now|today|getdate)\s*\(": "nothing reads the clock",
    r"\b(random|rand|uuid|gen_random_uuid|newid)\s*\(": "nothing rolls dice",
    r"/": "5/2 is 2.5, 2 or 2.5: divide with ratio()",
    r"\b(numeric|decimal)\b(?!\s*\()": "a bare numeric has three meanings: decimal(18, 2)",
    r"\bconcat(_ws)?\s*\(": "concat treats nulls in three ways: || with coalesce",
    r"\bgroup\s+by\s+all\b|\border\s+by\s+all\b": "name the columns",
    r"\b(ifnull|nvl|iff|strftime|datediff|date_diff|epoch|arg_max|arg_min|max_by|min_by|median|quantile\w*)\s*\(": (
        "not on every engine: use the standard function, or a macro"
    ),
    r"\*\s*(exclude|except|replace)\s*\(": "select * exclude is not everywhere: name the columns",
    r"\b(unnest|generate_series|range|explode|sequence)\s*\(": "series and lists differ: use a macro",
    r"\basof\b|\bpivot\b|\busing\s+sample\b": "not on every engine",
}


@pytest.mark.parametrize("model", models(), ids=lambda model: model.name)
def test_the_model_uses_only_what_every_engine_understands_alike(model: Model) -> None:
    broken = [
        f"`{found.group(0).strip()}`: {reason}"
        for pattern, reason in FORBIDDEN.items()
        if (found := re.search(pattern, model.plain_sql))
    ]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.name)
def test_every_order_by_says_where_nulls_go(model: Model) -> None:
    silent = [term for clause in _order_bys(model.plain_sql) for term in clause if "nulls last" not in term]
    assert not silent


@pytest.mark.parametrize("model", models(), ids=lambda model: model.name)
def test_the_model_does_not_ask_which_engine_it_runs_on(model: Model) -> None:
    assert not re.search(r"\btarget\.|\btarget\[|\badapter\.type\b", model.sql)


def _order_bys(sql: str) -> list[list[str]]:
    """The terms of every order by of the SQL."""
    return [_terms(sql[found.end() :]) for found in re.finditer(r"\border\s+by\b", sql)]


def _terms(rest: str) -> list[str]:
    """The terms up to the closing bracket of the window, the frame, or the end of the clause."""
    depth, terms = 0, [""]
    for token in re.findall(r"\w+|[^\w]", rest):
        if depth == 0 and token in (")", "rows", "range", "groups", "limit", "union", ";"):
            break
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth == 0 and token == ",":
            terms.append("")
        else:
            terms[-1] += token
    return [" ".join(term.split()) for term in terms]
