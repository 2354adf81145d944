"""A folder takes the place of another as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.engines import folders
from regulars.engines.folders import replace_folder


@pytest.mark.parametrize("can_exchange", [True, False])
def test_the_new_one_has_the_name_and_the_old_one_is_left_to_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr(folders, "_exchanged", lambda one, other: False)
    half, path = tmp_path / ".star.1-aa.half", tmp_path / "star"
    for place, word in ((half, "new"), (path, "old")):
        place.mkdir()
        (place / word).write_text(word)
    replace_folder(half, path)
    assert [file.name for file in path.iterdir()] == ["new"]
    assert [file.name for file in half.iterdir()] == ["old"]
    assert sorted(tmp_path.iterdir()) == [half, path]


def test_where_nothing_was_there_is_the_new_one(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    replace_folder(tmp_path / "half", tmp_path / "star")
    assert [file.name for file in tmp_path.iterdir()] == ["star"]
