"""Saved models: a folder with the model (skops, never pickle) and a card that says what it is.

A model is loaded only if it is, byte for byte, the one that was saved, by the same versions: a prediction from any
other could be wrong without a sign of it, and making it again takes seconds. The warehouse registers each model with
the hash of its file, so that a model and card that were both replaced are found out too.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.errors import ModelError

MODEL_FILE = "model.skops"
CARD_FILE = "card.json"
FORMAT = 2

REGISTRY = pa.schema(
    [
        ("kind", pa.string()),
        ("run_id", pa.string()),
        ("algorithm", pa.string()),
        ("customers", pa.int64()),
        ("folder", pa.string()),
        ("sha256", pa.string()),
        ("card", pa.string()),
        ("is_live", pa.bool_()),
    ]
)

_PACKAGES = ("regulars", "scikit-learn", "skops", "numpy")
_DECISIVE = ("scikit-learn", "skops")
_REPAIR = "Make it again with `regulars run --stage learn`."


def save_model(folder: Path, kind: str, run_id: str, content: dict[str, Any], description: dict[str, Any]) -> Path:
    """Writes a model and its card, the card last: a crash between the two leaves a model that `load_model` refuses.

    Args:
        folder: Made when it is not there; what it holds of an older save is replaced.
        kind: What the model does, such as "clusters".
        run_id: The run that fitted it.
        content: Arrays, estimators and plain values: what `load_model` returns.
        description: What a person wants to know of it, in values that JSON knows.

    Returns:
        The folder.
    """
    import skops.io

    card = {"format": FORMAT, "kind": kind, "run_id": run_id, **description, "versions": _versions()}
    # The model carries its card, so that a change to the card beside it shows.
    model = skops.io.dumps({"card": _json(card), "content": content})
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / MODEL_FILE, model)
    _write(folder / CARD_FILE, _json({**card, "sha256": hashlib.sha256(model).hexdigest()}).encode())
    return folder


def registered(folder: Path, models_folder: Path) -> pa.Table:
    """The row of a saved model in the registry, `ops.models`.

    Args:
        folder: What `save_model` returned.
        models_folder: The folder of all models, which the row leaves out: a warehouse may be moved.
    """
    card = _card(folder)
    row = {
        "kind": card["kind"],
        "run_id": card["run_id"],
        "algorithm": card.get("algorithm"),
        "customers": card.get("customers"),
        "folder": folder.relative_to(models_folder).as_posix(),
        "sha256": card["sha256"],
        "card": _json(card),
        "is_live": True,
    }
    return pa.Table.from_pylist([row], schema=REGISTRY)


def load_model(
    folder: Path, kind: str, sha256: str | None = None, trusted: Sequence[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Reads a model back.

    Args:
        folder: What `save_model` returned.
        kind: What the model must do.
        sha256: The hash under which the warehouse registered it; unset = the one of its card.
        trusted: Types that this kind holds beside those that skops knows to be harmless.

    Returns:
        The content and the card.

    Raises:
        ModelError: The model is absent, truncated, changed, of another kind, or saved by another version.
    """
    card = _card(folder)
    if card.get("format") != FORMAT or card.get("kind") != kind:
        raise ModelError(
            f"{folder} holds {card.get('kind')!r} in format {card.get('format')!r}, not {kind!r} in format {FORMAT}. "
            + _REPAIR
        )
    _check_versions(folder, card)
    model = _read(folder / MODEL_FILE)
    if hashlib.sha256(model).hexdigest() != card.get("sha256"):
        raise ModelError(f"{folder / MODEL_FILE} is not the file that was saved: it was changed or cut. {_REPAIR}")
    if sha256 is not None and card["sha256"] != sha256:
        raise ModelError(
            f"{folder / MODEL_FILE} is not the model that the warehouse registered: it and its card were replaced."
            f" {_REPAIR}"
        )
    saved = _loads(folder, model, trusted)
    if saved["card"] != _json({key: value for key, value in card.items() if key != "sha256"}):
        raise ModelError(f"{folder / CARD_FILE} is not the card that was saved with the model. {_REPAIR}")
    return saved["content"], card


def _card(folder: Path) -> dict[str, Any]:
    try:
        card = json.loads(_read(folder / CARD_FILE))
    except ValueError:
        card = None
    if not isinstance(card, dict):
        raise ModelError(f"{folder / CARD_FILE} cannot be read as a model's card. {_REPAIR}")
    return card


def _check_versions(folder: Path, card: dict[str, Any]) -> None:
    here, there = _versions(), card.get("versions")
    there = there if isinstance(there, dict) else {}
    for package in _DECISIVE:
        if _minor(str(there.get(package))) != _minor(here[package]):
            raise ModelError(
                f"{folder} was saved with {package} {there.get(package)}, and {here[package]} is installed. {_REPAIR}"
            )


def _loads(folder: Path, model: bytes, trusted: Sequence[str]) -> dict[str, Any]:
    import skops.io

    try:
        saved = skops.io.loads(model, trusted=list(trusted))
    except Exception as error:  # skops raises whatever its zip, its JSON or a type it does not trust makes it raise
        raise ModelError(f"{folder / MODEL_FILE} holds what no model of Regulars holds: {error}. {_REPAIR}") from None
    if not isinstance(saved, dict) or set(saved) != {"card", "content"}:
        raise ModelError(f"{folder / MODEL_FILE} holds what no model of Regulars holds. {_REPAIR}")
    return saved


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ModelError(f"{file} cannot be read: {error.strerror}. {_REPAIR}") from None


def _write(file: Path, content: bytes) -> None:
    part = file.with_name(file.name + ".part")
    part.write_bytes(content)
    os.replace(part, file)


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{package: version(package) for package in _PACKAGES}}


def _minor(number: str) -> list[str]:
    return number.split(".")[:2]


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
