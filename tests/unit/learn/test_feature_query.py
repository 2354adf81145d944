from __future__ import annotations

from regulars.learn.feature_query import FEATURES, feature_of, feature_query


def test_only_the_marts_that_are_needed_are_joined() -> None:
    assert feature_query(["recency", "monetary"]) == (
        "select fct_customer_rfm.customer_id, fct_customer_rfm.recency, fct_customer_rfm.monetary"
        " from marts.fct_customer_rfm as fct_customer_rfm where fct_customer_rfm.rfm_score is not null"
    )
    with_age = feature_query(["age", "recency"])
    assert "select fct_customer_rfm.customer_id, dim_customers.age, fct_customer_rfm.recency" in with_age
    assert with_age.count(" join ") == 1


def test_each_feature_has_one_home() -> None:
    names = [name for known in FEATURES.values() for name in known]
    assert len(names) == len(set(names))
    assert feature_query(names).count(" join ") == 2


def test_ages_are_never_taken_in_logarithms_and_nothing_is_when_logarithms_are_off() -> None:
    assert feature_of("income").is_logged
    assert not feature_of("age").is_logged
    assert not feature_of("income", log=False).is_logged
