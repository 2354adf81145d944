"""The sentences of an explanation, word by word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from regulars.segments.codes import Code
from regulars.segments.outlook import Effort, Outlook, Span, Turn, Way
from regulars.serve import wording
from regulars.serve.why import Metric, Why

CODE = Code(4, 2, 3, False)
SEGMENTS = ("Champions", "Loyal", "Promising", "Lost", "Prospect")


def _metric(metric: str, value: int | Decimal, score: int, **edges: object) -> Metric:
    empty: dict[str, object] = dict.fromkeys(("value_from", "value_to", "next_score", "next_at", "missing"))
    return Metric(
        metric=metric, value=value, score=score, method="quantile", customers=2, share=0.2, **{**empty, **edges}
    )  # type: ignore[arg-type]


RECENCY = _metric("recency", 12, 4, value_from=Decimal(12), value_to=Decimal(39), next_score=5, next_at=11, missing=1)
FREQUENCY = _metric("frequency", 1, 2, value_to=Decimal(2), next_score=3, next_at=2, missing=1)
MONETARY = _metric("monetary", Decimal("1310.00"), 3, value_from=Decimal("1000.005"))


def _why(look: Outlook | None = None, **changes: object) -> Why:
    why = Why(
        customer_id=100000001,
        name="Mary Smith",
        merged_from=None,
        segment="Promising",
        description="",
        playbook="",
        as_of=dt.date(2012, 1, 1),
        window_days=365,
        segment_map="own",
        bins=5,
        currency="GBP",
        rfm_score="423",
        rule="code 423 of Promising",
        is_active=True,
        last_order_date=dt.date(2011, 12, 20),
        lifetime_orders=3,
        refunded=Decimal(0),
        not_counted={},
        metrics=(RECENCY, FREQUENCY, MONETARY),
        customers=2107,
        segment_customers=80,
        segment_share=0.038,
        code_customers=14,
        code_share=0.007,
        segments=SEGMENTS,
        outlook=look,
        no_outlook_because=None,
        moves=(),
    )
    return replace(why, **changes)  # type: ignore[arg-type]


def _effort(
    orders: int = 1, least: str = "0", below: str | None = None, beyond: str | None = None, day: int = 2
) -> Effort:
    last_day = dt.date(2012, 3, day) if day else None
    return Effort(orders, Decimal(least), Decimal(below) if below else None, beyond, last_day, CODE)


def _ways(*ways: Way) -> Outlook:
    return Outlook(ways, (), (Span(Decimal(0), None, "Promising", CODE),), (), None)


def _up(*efforts: Effort, segment: str = "Loyal", **changes: object) -> str:
    return wording.ways_up(_why(_ways(Way(segment, efforts)), **changes))[0]["words"]


def test_the_headline_says_what_the_segment_was_made_of() -> None:
    assert wording.headline(_why()) == (
        "Mary Smith is in Promising because the last order was 12 days ago (20 December 2011) and 1 order came to"
        " 1,310.00 GBP in 365 days: scores 4, 2 and 3 of 5."
    )
    assert wording.headline(_why(is_active=False)) == (
        "Mary Smith is in Promising because the last order, of 20 December 2011, is not within the 365 days that"
        " count: all three scores are 1."
    )
    never = _why(lifetime_orders=0, not_counted={"cancelled": 2, "test": 1})
    assert wording.headline(never) == (
        "Mary Smith is in Promising because none of their orders counts: 2 cancelled, 1 test."
    )


@pytest.mark.parametrize(
    ("efforts", "words"),
    [
        ([_effort()], "one more order before 3 March 2012"),
        ([_effort(day=0)], "one more order"),
        ([_effort(least="40")], "one more order of at least 40.00 GBP before 3 March 2012"),
        ([_effort(2, "40", day=0)], "2 more orders of at least 40.00 GBP together"),
        ([_effort(below="90", beyond="Lost", day=0)], "one more order of less than 90.00 GBP"),
        (
            [_effort(least="40", below="90", beyond="Lost", day=0)],
            "one more order of at least 40.00 GBP, less than 90.00 GBP",
        ),
        ([_effort(below="90", beyond="Champions", day=0)], "one more order"),
        (
            [_effort(least="40"), _effort(2)],
            "one more order of at least 40.00 GBP, or 2 more orders, before 3 March 2012",
        ),
        (
            [_effort(least="40"), _effort(2, day=9), _effort(3)],
            "one more order of at least 40.00 GBP before 3 March 2012, or 2 more orders before 10 March 2012",
        ),
    ],
)
def test_the_distance_is_said_in_plain_words(efforts: list[Effort], words: str) -> None:
    assert _up(*efforts) == words


def test_more_money_that_leads_lower_but_still_up_is_no_limit_but_a_remark() -> None:
    effort = _effort(2, below="90", beyond="Promising", day=0)
    assert _up(effort, segment="Loyal") == "2 more orders of less than 90.00 GBP together"
    lost = wording.ways_up(_why(_ways(Way("Loyal", (effort,))), segment="Lost"))
    assert lost[0]["words"] == "2 more orders (90.00 GBP or more together: Promising)"


def test_a_first_order_is_not_one_more() -> None:
    assert _up(_effort(day=0), lifetime_orders=0) == "a first order"
    assert _up(_effort(3, day=0), lifetime_orders=0) == "3 orders"


def test_of_the_ways_only_those_are_named_that_lead_higher_than_the_easier_ones() -> None:
    look = _ways(*(Way(segment, (_effort(),)) for segment in ("Promising", "Lost", "Champions", "Loyal")))
    assert [way["segment"] for way in wording.ways_up(_why(look, segment="Prospect"))] == ["Promising", "Champions"]


def test_where_there_is_no_way_up_it_is_said_why() -> None:
    assert (
        wording.best_words(_why(_ways(), segment="Champions"))
        == "nothing: Champions is the best segment of the map own"
    )
    assert wording.best_words(_why(replace(_ways(), unreachable=("Loyal",)))) == "no better segment is within 5 orders"
    assert wording.best_words(_why(_ways(Way("Loyal", (_effort(),))))) is None
    assert wording.best_words(_why()) is None


def test_what_one_more_order_does_is_said_when_it_is_no_rise() -> None:
    spans = (Span(Decimal(0), Decimal(40), "Lost", CODE), Span(Decimal(40), None, "Promising", CODE))
    look = replace(_ways(Way("Loyal", (_effort(2),))), one_order=spans)
    assert wording.one_more_order(_why(look)) == "Lost, Promising from 40.00 GBP"
    assert wording.one_more_order(_why(_ways(Way("Loyal", (_effort(1),))))) is None
    assert wording.one_more_order(_why(_ways())) is None


def test_staying_is_said_unless_the_same_lifts_or_money_could_harm() -> None:
    stay = replace(_ways(), stay=Way("Promising", (_effort(),)))
    assert wording.way_to_stay(_why(stay)) == "one more order before 3 March 2012"
    assert wording.way_to_stay(_why(replace(stay, ways=(Way("Loyal", (_effort(),)),)))) is None
    limited = Way("Promising", (_effort(below="90", beyond="Lost"),))
    assert wording.way_to_stay(_why(replace(stay, stay=limited))) is None
    assert wording.way_to_stay(_why()) is None


def test_what_time_does_is_said_with_the_score_that_changes() -> None:
    turns = (
        Turn(dt.date(2012, 3, 12), "Lost", CODE, Code(2, 1, 4, False), True),
        Turn(dt.date(2012, 9, 1), "Prospect", Code(2, 1, 4, False), Code(1, 1, 1, False), False),
    )
    assert wording.if_nothing_happens(_why(replace(_ways(), turns=turns))) == [
        "Lost from 12 March 2012 (recency falls to 2, frequency falls to 1 and monetary rises to 4)",
        "Prospect from 1 September 2012 (the last order leaves the window)",
    ]


def test_bands_are_said_with_both_ends_included() -> None:
    why = _why()
    assert [wording.band_words(metric, why) for metric in why.metrics] == ["12 to 38", "1", "1,000.01 or more"]
    below = replace(MONETARY, value_from=None, value_to=Decimal("90"))
    assert wording.band_words(below, why) == "below 90.00"
    assert wording.band_words(replace(below, value_to=None), why) == "any amount"
    assert wording.band_words(replace(below, value_from=Decimal("43.66")), why) == "43.66 to 89.99"
    assert wording.band_words(replace(RECENCY, value_to=None), why) == "12 or more"
    assert wording.band_words(replace(below, value_from=Decimal(7), method="ntile"), why) == "7 to 90, by rank"
    assert wording.band_words(RECENCY, _why(is_active=False)) == "outside"
    assert wording.value_words(RECENCY, _why(is_active=False)) == "over 365 days"


def test_the_next_score_is_said_with_what_is_missing_to_it() -> None:
    assert wording.next_words(RECENCY) == "5 at 11 or less"
    assert wording.next_words(FREQUENCY) == "3 at 2 (+1)"
    assert wording.next_words(MONETARY) == "–"
    money = replace(MONETARY, next_score=4, next_at=Decimal("1350.5"), missing=Decimal("40.5"))
    assert wording.next_words(money) == "4 at 1,350.50 (+40.50)"


def test_the_rule_and_the_share_are_said() -> None:
    assert wording.rule_words(_why()) == "423, a code of Promising in the map own"
    assert wording.rule_words(_why(rule="R>=4 and F<=2")) == "423, by the rule R>=4 and F<=2"
    assert wording.rule_words(_why(rule="the rest: no rule above holds")) == "423, the rest: no rule above holds"
    assert wording.rule_words(_why(rfm_score=None, rule="never bought")) == "never bought"
    assert wording.share_words(_why()) == "Promising holds 3.8% of the base, 80 of 2,107; 14 have the code 423"
    assert wording.share_words(_why(rfm_score=None)) == "Promising holds 3.8% of the base, 80 of 2,107"
