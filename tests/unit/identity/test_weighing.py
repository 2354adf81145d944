"""The weights of a pair add up to what matching gave it, whichever way round it is asked for."""

from __future__ import annotations

import pyarrow as pa
import pytest

from regulars.identity.person_model import shipped_model
from regulars.identity.probabilistic import match_pairs
from regulars.identity.weighing import NOT_KNOWN, probability, weigh

FIRST = ("Ann", "Bob", "Cyd", "Dora", "Eve", "Fay", "Gus", "Hal", "Ida", "Jon")
LAST = ("Lee", "Moss", "North", "Orr", "Pike", "Quinn", "Reed")


@pytest.fixture(scope="module")
def people() -> pa.Table:
    """Seventy people, the first ten of whom are there twice: with another e-mail, and a letter of the name missing."""
    rows = []
    for number in range(80):
        person = number % 70
        again = number >= 70
        first, last = FIRST[person % 10], LAST[person % 7]
        rows.append(
            {
                "record_number": number + 1,
                "key_number": number + 1,
                "group_number": number + 1,
                "first_name": first,
                "last_name": last[:-1] if again else last,
                "email": f"{first}.{last}{person}@{'new' if again else 'old'}.test".lower(),
                "birth_date": f"19{50 + person % 40}-0{1 + person % 9}-{10 + person % 18}",
                "address": f"{person + 1} High Street",
                "postcode": f"LS{person} 1AA",
                "city": "Leeds",
            }
        )
    return pa.Table.from_pylist(rows)


def test_weights_add_up_to_the_match_weight_but_for_one_constant(people: pa.Table) -> None:
    matches = match_pairs(people, shipped_model(), 0.5).to_pylist()
    assert len(matches) >= 8
    pairs = [(row["right_number"], row["left_number"]) for row in matches]
    found = weigh(people, shipped_model(), pairs)
    priors = [row["match_weight"] - found[row["left_number"], row["right_number"]].total for row in matches]
    assert max(priors) - min(priors) < 1e-6
    assert priors[0] < 0
    for row in matches:
        weighed = found[row["left_number"], row["right_number"]]
        assert probability(weighed.total + priors[0]) == pytest.approx(row["probability"], abs=1e-9)
        assert weighed.records == 80


def test_each_comparison_says_how_alike_the_two_are(people: pa.Table) -> None:
    weighed = weigh(people, shipped_model(), [(72, 2)])[2, 72]
    by_name = {weight.comparison: weight for weight in weighed.weights}
    assert by_name["first_name"].likeness == "the same"
    assert by_name["last_name"].likeness == "one letter apart"
    assert (by_name["last_name"].left, by_name["last_name"].right) == ("moss", "mos")
    assert by_name["birth_date"].weight > 0
    assert "phone" not in by_name, "nobody has one, so it is not compared"


def test_what_one_of_them_lacks_weighs_nothing(people: pa.Table) -> None:
    without = people.to_pylist()
    without[0]["email"] = None
    weighed = weigh(pa.Table.from_pylist(without), shipped_model(), [(1, 71)])[1, 71]
    (email,) = (weight for weight in weighed.weights if weight.comparison == "email")
    assert (email.likeness, email.weight, email.rarity) == (NOT_KNOWN, 0.0, 0.0)


def test_a_key_that_is_not_there_is_in_no_pair(people: pa.Table) -> None:
    assert weigh(people, shipped_model(), [(1, 999), (1, 1)]) == {}
