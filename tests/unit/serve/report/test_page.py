"""The report says what the marts say, to people and nobody else's machine."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.unit.conftest import Published

from regulars.errors import InputError
from regulars.serve.queries import Queries
from regulars.serve.report import report, write_report

AWKWARD = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def page(shop: Queries) -> str:
    return report(shop, shop="Lamps & <More>")


def test_it_is_well_formed_and_every_picture_says_what_it_shows(page: str) -> None:
    tree = _tree(page)
    pictures = list(tree.iter("img"))
    assert len(pictures) >= 6
    for picture in pictures:
        assert len(picture.attrib["alt"]) > 40
        kind, _, data = picture.attrib["src"].partition(",")
        assert kind == "data:image/svg+xml;base64"
        assert ElementTree.fromstring(base64.b64decode(data)).tag.endswith("svg")
    targets = {link.attrib["href"].removeprefix("#") for link in tree.iter("a")}
    assert targets <= {element.attrib.get("id") for element in tree.iter()}


def test_nothing_in_it_leads_outside(page: str) -> None:
    assert not re.search(r"https?:|//[a-z]|@import|url\(", page)
    assert {element.tag for element in _tree(page).iter()}.isdisjoint({"script", "link", "iframe", "object", "form"})


def test_the_same_warehouse_gives_the_same_bytes(page: str, shop: Queries, tmp_path: Path) -> None:
    assert report(shop, shop="Lamps & <More>") == page
    size = write_report(shop, tmp_path / "new" / "report.html", shop="Lamps & <More>")
    written = (tmp_path / "new" / "report.html").read_bytes()
    assert (len(written), written.decode()) == (size, page)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["report.html"]


def test_the_table_of_segments_is_the_mart(page: str, shop: Queries) -> None:
    rows = _rows(page, "segments")
    expected = shop.sql(
        "select s.segment, count(r.customer_id) as customers, coalesce(sum(r.monetary), 0) as revenue"
        " from segment_metrics s left join fct_customer_rfm r on s.segment = r.segment"
        " group by s.segment, s.position order by s.position"
    ).to_pylist()
    assert [(row[0], int(row[1]), Decimal(row[3])) for row in rows] == [
        (row["segment"], row["customers"], row["revenue"]) for row in expected
    ]


def test_the_key_figures_of_the_month_are_the_orders(page: str, shop: Queries) -> None:
    as_of = shop.basis().as_of
    [row] = shop.sql(
        f"with bounds as (select date_trunc('month', date '{as_of}') as over)"
        " select sum(net_amount) as revenue, count(*) as orders, count(distinct customer_id) as buyers,"
        " round(avg(amount), 2) as average from fct_orders, bounds"
        " where is_valid and order_date >= over - interval 1 month and order_date < over"
    ).to_pylist()
    values = [value.attrib["value"] for value in _section(page, "figures").iter("data")]
    now = values[0:10:2]
    assert Decimal(now[0]) == row["revenue"]
    assert [int(now[1]), int(now[2])] == [row["orders"], row["buyers"]]
    assert float(now[4]) == pytest.approx(float(row["average"]), abs=0.006)


def test_the_customers_at_risk_are_those_who_are_likelier_to_leave_and_spent_most(page: str, shop: Queries) -> None:
    found = _rows(page, "risk")
    expected = shop.sql(
        "select customer_id, monetary, churn_probability from customer_360"
        " where churn_probability >= 0.5 and monetary > 0 order by monetary desc, customer_id"
    ).to_pylist()
    assert expected, "this shop has nobody at risk, so the test would show nothing"
    assert [int(row[0]) for row in found] == [row["customer_id"] for row in expected[:20]]
    assert [Decimal(row[4]) for row in found] == [row["monetary"] for row in expected[:20]]
    spend, share, customers = (value.attrib["value"] for value in list(_section(page, "risk").iter("data"))[:3])
    whole = shop.sql("select sum(monetary) from fct_customer_rfm").column(0)[0].as_py()
    assert Decimal(spend) == sum(row["monetary"] for row in expected)
    assert int(customers) == len(expected)
    assert float(share) == pytest.approx(float(Decimal(spend) / whole), abs=1e-6)


def test_every_prediction_has_the_verdict_of_its_test(page: str, shop: Queries) -> None:
    rows = shop.sql("select distinct model, horizon, is_validated from model_validation").to_pylist()
    badges = [element for element in _section(page, "tests").iter("span") if "badge" in element.attrib["class"]]
    assert len(badges) == len(rows)
    words = [badge.text for badge in badges]
    assert words.count("not validated") == sum(not row["is_validated"] for row in rows)
    assert words.count("validated") == sum(row["is_validated"] for row in rows)


def test_people_are_numbers_unless_names_are_asked_for(page: str, shop: Queries) -> None:
    assert "@example.org" not in page and "Person" not in page and "alert(" not in page
    named = report(shop, shop="Lamps", with_names=True)
    assert AWKWARD not in named
    assert AWKWARD in unescape(named)
    assert "@example.org" in named
    assert "confidential" in named
    assert "script" not in {element.tag for element in _tree(named).iter()}


def test_the_name_of_the_shop_is_text(page: str) -> None:
    assert _tree(page).find(".//h1").text == "Lamps & <More>"  # type: ignore[union-attr]


def test_it_says_through_which_day_the_data_goes(page: str, shop: Queries) -> None:
    newest = shop.sql("select max(order_date) from fct_orders where is_valid").column(0)[0].as_py()
    assert f"{newest.day} {newest:%B %Y}" in page


def test_what_a_warehouse_lacks_is_said_with_the_command_that_makes_it(
    without: Callable[..., Queries], published: Published
) -> None:
    lacking = without(
        published,
        *("marts.customer_clusters", "marts.cluster_profiles", "marts.customer_rfm_history"),
        *("marts.segment_migration", "marts.cohort_retention", "marts.customer_clv", "marts.customer_health"),
        *("marts.sales_forecast", "marts.model_calibration", "marts.model_validation", "ops.checks"),
    )
    page = report(lacking, shop="Small")
    for section in ("movement", "risk", "retention", "forecast", "tests", "clusters"):
        gap = next(p for p in _section(page, section).iter("p") if p.attrib.get("class") == "gap")
        assert any("regulars run" in (code.text or "") for code in gap.iter("code")), section
    assert "no history of a month ago" in page
    assert _rows(page, "segments")


def test_without_an_order_there_is_a_page_that_says_so(nobody_bought: Queries) -> None:
    page = report(nobody_bought, shop="New")
    assert "no valid order yet" in page
    assert _tree(page) is not None


def test_a_place_that_cannot_be_written_is_named(shop: Queries, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Cannot write"):
        write_report(shop, tmp_path / "file" / "report.html", shop="Lamps")


def _tree(page: str) -> ElementTree.Element:
    return ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>").lstrip())


def _section(page: str, name: str) -> ElementTree.Element:
    found = _tree(page).find(f".//section[@id='{name}']")
    assert found is not None
    return found


def _rows(page: str, name: str) -> list[list[str]]:
    """The first table's body: exact values where there are any, else the text."""
    body = _section(page, name).find(".//tbody")
    assert body is not None
    return [[_value(cell) for cell in row] for row in body]


def _value(cell: ElementTree.Element) -> str:
    exact = cell.find("data")
    return exact.attrib["value"] if exact is not None else "".join(cell.itertext()).strip()
