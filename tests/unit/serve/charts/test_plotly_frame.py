from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

from regulars.errors import InputError
from regulars.serve.charts.basis import Words, missing
from regulars.serve.charts.customers import Axis, Cloud, Group
from regulars.serve.charts.plotly_customers import scatter
from regulars.serve.charts.plotly_frame import empty, new_figure, page
from regulars.serve.charts.theme import LIGHT

EVIL = "</script><img src=x onerror=alert(1)>"


def test_a_segment_with_an_evil_name_stays_text() -> None:
    one = np.array([1.0])
    group = Group(EVIL, "#35AB08", "circle", (1,), one, one, one)
    cloud = Cloud(Words(EVIL, EVIL, EVIL), (Axis(EVIL), Axis("y")), (group,), 1, 1)
    drawn = page(scatter(cloud, LIGHT), cloud.words, LIGHT)
    assert "<img src=x" not in drawn
    assert drawn.count("</script>") == drawn.count("<script")


def test_a_gap_says_why_and_what_helps_as_text() -> None:
    figure = empty(missing("A chart", "There is <b>nothing</b>.", "`regulars run` makes it."), LIGHT)
    assert figure.layout.annotations[0].text == "There is &lt;b&gt;nothing&lt;/b&gt;.<br>`regulars run` makes it."


def test_without_plotly_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def absent(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("plotly"):
            raise ImportError(name)
        return load(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(InputError, match=r"pip install 'regulars\[serve\]'"):
        new_figure(Words("a", "b", "c"), LIGHT)
