"""What is published is counted by rule and judged by a truth, of which records may be missing on either side."""

from __future__ import annotations

import pyarrow as pa
import pytest
from tests.unit.conftest import Published

from regulars.errors import InputError
from regulars.serve.linkage import Linkage, linkage


def _truth(**people: str) -> pa.Table:
    return pa.table({"record": [*people], "entity": [*people.values()]})


def _rules(found: Linkage) -> dict[str, tuple[int, int, int | None, int | None]]:
    return {rule.rule: (rule.records, rule.people, rule.right, rule.wrong) for rule in found.rules}


def test_without_a_truth_links_are_counted(published: Published) -> None:
    found = linkage(published.queries)
    assert (found.records, found.people, found.malformed_emails) == (6, 5, 0)
    assert _rules(found) == {"new": (5, 5, None, None), "email": (1, 1, None, None)}
    assert found.evaluation is None


def test_a_true_link_is_right_and_a_false_one_wrong(published: Published) -> None:
    right = linkage(published.queries, _truth(**{"1": "a", "2": "a", "3": "b", "4": "c", "5": "d"}))
    assert _rules(right)["email"] == (1, 1, 1, 0)
    assert right.evaluation is not None and right.evaluation.pairs.f1 == 1
    assert (right.not_in_truth, right.not_published) == (1, 0)
    wrong = linkage(published.queries, _truth(**{"1": "a", "2": "b", "3": "b", "9": "c"}))
    assert _rules(wrong)["email"] == (1, 1, 0, 1)
    assert wrong.evaluation is not None
    assert (wrong.evaluation.records, wrong.evaluation.pairs.correct, wrong.evaluation.pairs.true) == (3, 0, 1)
    assert (wrong.not_in_truth, wrong.not_published) == (3, 1)


def test_what_the_truth_does_not_know_is_neither(published: Published) -> None:
    assert _rules(linkage(published.queries, _truth(**{"2": "a", "3": "b"})))["email"] == (1, 1, 0, 0)


def test_a_truth_may_name_the_source(published: Published) -> None:
    truth = _truth(**{"1": "a", "2": "a"}).append_column("source", pa.array(["customers", "elsewhere"]))
    found = linkage(published.queries, truth)
    assert found.evaluation is not None and found.evaluation.records == 1


def test_a_truth_about_others_is_refused(published: Published) -> None:
    with pytest.raises(
        InputError, match=r"None of the 1 records of the truth is published\. It speaks of x; published"
    ):
        linkage(published.queries, _truth(x="a"))
