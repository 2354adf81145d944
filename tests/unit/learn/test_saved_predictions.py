"""Every saved prediction says the same after loading; one that was cut, changed, forged or is foreign is refused."""

import datetime as dt
import json

import numpy as np
import pytest
import skops.io
from tests.unit.learn.summaries import kinds, purchase_summary

from regulars.errors import ModelError
from regulars.learn import registry
from regulars.learn.churn import fit_churn
from regulars.learn.lifetime_value import MODELS, LifetimeValue, fit_lifetime_value
from regulars.learn.registry import CARD_FILE, MODEL_FILE, load_model, save_model
from regulars.learn.saved_predictions import (
    CHURN_KIND,
    TRUSTED,
    VALUE_KIND,
    PublishedChurn,
    value_content,
    value_from_content,
)
from regulars.learn.seasonal_clock import SeasonalClock
from regulars.learn.value_independence import fit_value_model

AS_OF = dt.date(2026, 1, 1)
SEASON = SeasonalClock(AS_OF, (*[0.9] * 6, *[1.1] * 6))
REPAIR = "Make it again with `regulars run --stage learn`"


@pytest.fixture(scope="module")
def summary():
    return purchase_summary(1500, seed=4)


@pytest.fixture(scope="module")
def value(summary):
    return fit_lifetime_value("mbg_nbd", kinds(summary), summary, 0.9, SEASON)


@pytest.fixture(scope="module")
def churn():
    return PublishedChurn("classifier", 90, fit_churn([purchase_summary(1500, seed=seed) for seed in range(3)], seed=7))


@pytest.fixture(params=[VALUE_KIND, CHURN_KIND])
def saved(request, tmp_path, value, churn):
    content = value_content(value) if request.param == VALUE_KIND else churn.content()
    return request.param, save_model(tmp_path / request.param / "run", request.param, "run", content, {})


def _load(saved, sha256=None):
    kind, folder = saved
    return load_model(folder, kind, sha256, TRUSTED[kind])


@pytest.mark.parametrize("clock", [SeasonalClock(AS_OF), SEASON], ids=["calendar", "season"])
@pytest.mark.parametrize("name", sorted(MODELS))
def test_value_is_foretold_to_the_last_digit_after_loading(name, clock, summary, tmp_path):
    model = fit_lifetime_value(name, kinds(summary), summary, 0.9, clock)
    folder = save_model(tmp_path / "m", VALUE_KIND, "run", value_content(model), {})
    loaded = value_from_content(load_model(folder, VALUE_KIND)[0])
    assert loaded.foretell(summary, AS_OF).equals(model.foretell(summary, AS_OF))
    assert loaded.orders.standard_errors_ == model.orders.standard_errors_
    assert loaded.values.check == model.values.check


def test_the_model_that_stands_in_for_gamma_gamma_is_loaded_as_itself(value, summary, tmp_path):
    chance = np.random.default_rng(1)
    x = chance.integers(1, 30, 500)
    values = fit_value_model(x, 10.0 * x * chance.gamma(5, 0.2, 500))
    assert values.why_not_gamma_gamma
    model = LifetimeValue(value.name, value.orders, values, 1.0, value.clock)
    folder = save_model(tmp_path / "m", VALUE_KIND, "run", value_content(model), {})
    loaded = value_from_content(load_model(folder, VALUE_KIND)[0])
    assert type(loaded.values.model) is type(values.model)
    assert loaded.foretell(summary, AS_OF).equals(model.foretell(summary, AS_OF))


def test_churn_is_foretold_to_the_last_digit_after_loading(churn, value, summary, tmp_path):
    folder = save_model(tmp_path / "m", CHURN_KIND, "run", churn.content(), {})
    loaded = PublishedChurn.from_content(load_model(folder, CHURN_KIND, None, TRUSTED[CHURN_KIND])[0])
    assert (loaded.name, loaded.horizon) == ("classifier", 90)
    assert np.array_equal(loaded.probability(summary, value), churn.probability(summary, value))


def test_churn_by_the_model_of_buying_needs_no_classifier(value, summary, tmp_path):
    folder = save_model(tmp_path / "m", CHURN_KIND, "run", PublishedChurn("mbg_nbd", 30, None).content(), {})
    loaded = PublishedChurn.from_content(load_model(folder, CHURN_KIND)[0])
    assert loaded.classifier is None
    assert np.array_equal(loaded.probability(summary, value), 1 - value.probability_of_order(summary, 30))


def test_a_classifier_that_was_taught_by_other_features_is_no_content_of_churn(churn):
    with pytest.raises(ValueError, match="it was taught by shoe_size"):
        PublishedChurn.from_content({**churn.content(), "features": ["shoe_size"]})


@pytest.mark.parametrize("damage", ["changed", "cut", "emptied"])
def test_one_that_is_not_byte_for_byte_the_saved_one_is_refused(damage, saved):
    file = saved[1] / MODEL_FILE
    model = bytearray(file.read_bytes())
    model[len(model) // 2] ^= 1
    file.write_bytes({"changed": bytes(model), "cut": bytes(model[:-10]), "emptied": b""}[damage])
    with pytest.raises(ModelError, match=rf"it was changed or cut\. {REPAIR}"):
        _load(saved)


def test_one_of_another_version_of_scikit_learn_is_refused(saved):
    card = json.loads((saved[1] / CARD_FILE).read_text(encoding="utf-8"))
    card["versions"]["scikit-learn"] = "0.24.2"
    (saved[1] / CARD_FILE).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError, match=rf"saved with scikit-learn 0\.24\.2, and .* is installed\. {REPAIR}"):
        _load(saved)


def test_one_that_was_replaced_with_its_card_is_not_the_registered_one(saved, value):
    sha256 = _load(saved)[1]["sha256"]
    save_model(saved[1], saved[0], "run", {"name": "mbg_nbd", "net_share": 9.0}, {})
    with pytest.raises(ModelError, match="is not the model that the warehouse registered"):
        _load(saved, sha256)


def test_a_type_that_a_model_of_this_kind_never_holds_is_refused(saved, churn):
    kind, folder = saved
    foreign = churn.classifier.classifier if kind == VALUE_KIND else np.random.default_rng(3)
    forged = skops.io.dumps({"card": "{}", "content": {"name": foreign}})
    (folder / MODEL_FILE).write_bytes(forged)
    card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    card["sha256"] = registry.hashlib.sha256(forged).hexdigest()
    (folder / CARD_FILE).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError, match=f"what no model of Regulars holds|is not the card.*{REPAIR}"):
        _load(saved)
