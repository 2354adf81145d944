from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.cluster import KMeans

from regulars import catalog
from regulars.errors import ModelError
from regulars.learn import registry
from regulars.learn.registry import CARD_FILE, MODEL_FILE, load_model, registered, save_model

REPAIR = "Make it again with `regulars run --stage learn`"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    content = {"centres": np.arange(6.0).reshape(2, 3), "names": ["Champions", "Läpsed"]}
    return save_model(tmp_path / "clusters" / "run 1", "clusters", "run 1", content, {"k": 2})


def _edit_card(folder: Path, **changes: Any) -> None:
    card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    (folder / CARD_FILE).write_text(json.dumps({**card, **changes}), encoding="utf-8")


def test_a_model_comes_back_as_it_was_saved_with_its_card(saved: Path) -> None:
    content, card = load_model(saved, "clusters")
    assert np.array_equal(content["centres"], np.arange(6.0).reshape(2, 3))
    assert content["names"] == ["Champions", "Läpsed"]
    assert (card["kind"], card["run_id"], card["k"]) == ("clusters", "run 1", 2)
    assert {"python", "scikit-learn", "skops", "numpy", "regulars"} <= set(card["versions"])
    assert sorted(file.name for file in saved.iterdir()) == [CARD_FILE, MODEL_FILE]


def test_an_estimator_of_scikit_learn_can_be_saved(tmp_path: Path) -> None:
    fitted = KMeans(2, n_init=1, random_state=1).fit([[0.0], [1.0], [9.0]])
    content, _ = load_model(save_model(tmp_path / "m", "clusters", "r", {"estimator": fitted}, {}), "clusters")
    assert content["estimator"].predict([[8.0]]) == fitted.predict([[8.0]])


def test_saving_again_replaces_the_model(saved: Path) -> None:
    save_model(saved, "clusters", "run 2", {"names": []}, {})
    assert load_model(saved, "clusters")[0] == {"names": []}


@pytest.mark.parametrize("damage", ["changed", "cut", "emptied"])
def test_a_model_that_is_not_byte_for_byte_the_saved_one_is_refused(damage: str, saved: Path) -> None:
    model = bytearray((saved / MODEL_FILE).read_bytes())
    model[len(model) // 2] ^= 1
    damaged = {"changed": bytes(model), "cut": bytes(model[:-10]), "emptied": b""}[damage]
    (saved / MODEL_FILE).write_bytes(damaged)
    with pytest.raises(ModelError, match=rf"it was changed or cut\. {REPAIR}"):
        load_model(saved, "clusters")


def test_a_card_that_was_edited_is_refused(saved: Path) -> None:
    _edit_card(saved, k=3)
    with pytest.raises(ModelError, match=f"is not the card that was saved with the model. {REPAIR}"):
        load_model(saved, "clusters")


def test_a_model_of_another_version_of_scikit_learn_is_refused(saved: Path) -> None:
    card = json.loads((saved / CARD_FILE).read_text(encoding="utf-8"))
    _edit_card(saved, versions={**card["versions"], "scikit-learn": "0.24.2"})
    with pytest.raises(ModelError, match=rf"saved with scikit-learn 0\.24\.2, and .* is installed\. {REPAIR}"):
        load_model(saved, "clusters")


def test_a_model_of_another_format_or_kind_is_refused(saved: Path) -> None:
    with pytest.raises(ModelError, match="holds 'clusters' in format 2, not 'churn' in format 2"):
        load_model(saved, "churn")
    _edit_card(saved, format=99)
    with pytest.raises(ModelError, match="in format 99"):
        load_model(saved, "clusters")


@pytest.mark.parametrize("card", ["", "[1]", '{"format": 1', "\udcff"])
def test_a_card_that_is_no_card_is_refused(card: str, saved: Path) -> None:
    (saved / CARD_FILE).write_bytes(card.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelError, match="cannot be read as a model's card"):
        load_model(saved, "clusters")


def test_a_card_without_versions_is_refused(saved: Path) -> None:
    _edit_card(saved, versions=None)
    with pytest.raises(ModelError, match="saved with scikit-learn None"):
        load_model(saved, "clusters")


@pytest.mark.parametrize("missing", [CARD_FILE, MODEL_FILE])
def test_a_missing_file_is_named(missing: str, saved: Path) -> None:
    (saved / missing).unlink()
    with pytest.raises(ModelError, match=f"{missing} cannot be read: No such file or directory"):
        load_model(saved, "clusters")


@pytest.mark.parametrize("forged", [b"no zip at all", skops.io.dumps([1, 2]), skops.io.dumps({"card": Path})])
def test_a_file_that_was_forged_with_its_checksum_runs_nothing_and_is_refused(forged: bytes, saved: Path) -> None:
    (saved / MODEL_FILE).write_bytes(forged)
    _edit_card(saved, sha256=registry.hashlib.sha256(forged).hexdigest())
    with pytest.raises(ModelError, match=f"holds what no model of Regulars holds.*{REPAIR}"):
        load_model(saved, "clusters")


def test_a_model_and_card_that_were_both_replaced_are_not_the_registered_ones(saved: Path, tmp_path: Path) -> None:
    [row] = registered(saved, tmp_path).to_pylist()
    assert load_model(tmp_path / row["folder"], "clusters", row["sha256"])[1]["k"] == 2
    save_model(saved, "clusters", "run 1", {"centres": np.zeros((9, 3)), "names": []}, {"k": 9})
    assert load_model(saved, "clusters")[1]["k"] == 9
    with pytest.raises(ModelError, match=f"is not the model that the warehouse registered.*{REPAIR}"):
        load_model(saved, "clusters", row["sha256"])


def test_the_registry_has_the_columns_of_the_catalogue_and_no_folder_of_this_machine(
    saved: Path, tmp_path: Path
) -> None:
    row = registered(saved, tmp_path)
    assert tuple(row.column_names) == catalog.MODELS.column_names
    assert row["folder"].to_pylist() == ["clusters/run 1"]
