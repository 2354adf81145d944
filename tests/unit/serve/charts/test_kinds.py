"""Every chart, drawn in every way, with data and without."""

from __future__ import annotations

import json
import re
import struct

import pytest

from regulars.errors import InputError
from regulars.serve import charts
from regulars.serve.queries import Queries


@pytest.mark.parametrize("name", charts.IMAGES)
def test_an_image_is_a_png_of_a_readable_size_and_the_same_every_time(name: str, shop: Queries) -> None:
    image = charts.png(shop, name)
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", image[16:24])
    assert width >= 900 and height >= 500
    assert image == charts.png(shop, name)


@pytest.mark.parametrize("name", charts.KINDS)
def test_a_page_needs_nothing_from_outside_and_offers_to_send_nothing_there(name: str, shop: Queries) -> None:
    page = charts.interactive(shop, name)
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)\s*=", page.split("plotly.js v")[0])
    assert page.count("<script") == page.count("</script>")
    assert "<script src" not in page
    config = json.loads(re.findall(r"(\{[^{}]*\"showSendToCloud\"[^{}]*\})\s*\)", page)[-1])
    assert config["showSendToCloud"] is False and config["displaylogo"] is False
    assert config.get("plotlyServerURL", "") == "", "Plotly 7 leaves it out where nothing may be sent"
    assert charts.read(shop, name).words.alt


def test_the_same_figure_gives_the_same_page(shop: Queries) -> None:
    assert charts.interactive(shop, "segments") == charts.interactive(shop, "segments")
    assert charts.clusters_3d(shop) == charts.interactive(shop, "clusters_3d")


@pytest.mark.parametrize("name", charts.KINDS)
def test_without_an_order_a_chart_is_drawn_that_says_why(name: str, nobody_bought: Queries) -> None:
    words = charts.read(nobody_bought, name).words
    assert words.title
    drawn = charts.figure(nobody_bought, name)
    if name not in ("segments", "segment_treemap"):
        assert "regulars run" in drawn.layout.annotations[0].text
    if name in charts.IMAGES:
        assert charts.png(nobody_bought, name, theme="dark").startswith(b"\x89PNG")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_have_the_segments_in_the_same_colours(theme: str, shop: Queries) -> None:
    drawn = charts.figure(shop, "recency_monetary", theme=theme)
    colours = {row["segment"]: row["colour"] for row in shop.segments().to_pylist()}
    for trace in drawn.data:
        assert trace.marker.color == colours[trace.legendgroup]
    assert drawn.layout.paper_bgcolor == {"light": "#FFFFFF", "dark": "#15181D"}[theme]


def test_what_is_not_there_is_refused_by_name(shop: Queries) -> None:
    with pytest.raises(InputError, match=r"no chart `pie`. The charts are: frequency_monetary"):
        charts.png(shop, "pie")
    with pytest.raises(InputError, match=r"`clusters_3d` is no image. Images are: frequency_monetary"):
        charts.png(shop, "clusters_3d")
    with pytest.raises(InputError, match=r"has no option `as_of`. It has: none"):
        charts.png(shop, "segments", as_of=None)
    with pytest.raises(InputError, match=r"coloured by `age`. Choose of: segment, cluster"):
        charts.png(shop, "recency_monetary", coloured_by="age")
