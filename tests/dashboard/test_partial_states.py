"""A shop that grows: people without orders, a month of orders of which nothing was learned, and the same learned.

Each page says what it has and, of what it lacks, which command makes it. One warehouse and one server, which the tests
take further in their order: what was published meanwhile is seen without starting anything anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.dashboard.visiting import Visit, visiting
from tests.servers_browser import TABLET, serving

from regulars.pipeline import Request, run_pipeline
from regulars.settings import Settings

_WITHOUT_LEARN = ("land", "resolve", "build", "finish", "check", "publish")
_PEOPLE = "customer_id,first_name,last_name,email\n" + "".join(
    f"{n},Ann,Lee{n:02},ann{n}@example.org\n" for n in range(53)
)
_ORDERS = "order_id,customer_id,ordered_at,amount\n" + "".join(
    f"o{n},{n * n % 53},2025-01-{n % 28 + 1:02} 10:00:00,{n * 7 % 90 + 5}.00\n" for n in range(200)
)


@dataclass
class Growing:
    """The shop: its folder, how far it has grown, and the address of its server."""

    folder: Path
    steps: int = 0
    address: str = ""

    def grown(self, steps: int) -> str:
        """The address, once the shop has made so many steps."""
        settings = Settings(warehouse=str(self.folder / "warehouse"), identity={"probabilistic": False})
        people, orders = self.folder / "customers.csv", self.folder / "orders.csv"
        for step in range(self.steps + 1, steps + 1):
            if step == 1:
                people.write_text(_PEOPLE)
                run_pipeline(settings, Request(files=[str(people)]))
            elif step == 2:
                orders.write_text(_ORDERS)
                run_pipeline(settings, Request(files=[str(orders)], stages=_WITHOUT_LEARN))
            else:
                run_pipeline(settings, Request())
            self.steps = step
        assert self.steps == steps, "the shop cannot shrink: these tests are made one after the other"
        return self.address


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Growing]:
    """The shop before anything was landed, and its server."""
    shop = Growing(tmp_path_factory.mktemp("growing"))
    with serving(shop.folder / "warehouse", shop.folder / "server.log") as address:
        shop.address = address
        yield shop


@pytest.fixture
def visit(browser: Any, growing: Growing) -> Iterator[Visit]:
    """A tab at its server, on a tablet in the dark, as people have their evenings."""
    with visiting(browser, growing.address, TABLET, "dark") as opened:
        yield opened


def _say(visit: Visit, pages: dict[str, tuple[str, ...]]) -> None:
    """Each page has its words, and no part of it failed or counts nothing as if it were something."""
    for path, words in pages.items():
        text = visit.open(path).text
        for each in words:
            assert each in text, (path, each, text[:600])
        for never in ("This part failed", "()", "The 0 ", "nan", "None"):
            assert never not in text, (path, never)


def test_people_without_an_order_are_prospects(visit: Visit, growing: Growing) -> None:
    growing.grown(1)
    lands = "regulars run ORDERS"
    _say(
        visit,
        {
            "": ("There is no valid order yet", lands, "53 people are known, all of them prospects"),
            "segments": ("Nobody has ordered yet: everybody is a prospect.", "Nobody has scores", lands),
            "segments?view=Compare": ("Nobody has scores", lands),
            "segments?view=What+if": ("Nobody has scores", lands),
            "clusters": ("There are no clusters", "regulars run"),
            "value": ("Nothing is foretold", "regulars run"),
            "retention": ("nobody ever bought", lands),
            "migration": ("There is no history of segments", "regulars run"),
            "health": ("Nobody has a health score", lands),
            "forecast": ("Nothing was sold yet", lands),
            "data?part=Checks": ("All checks passed",),
        },
    )
    assert "No order is published yet" in visit.page.locator('[data-testid="stSidebar"]').inner_text()
    visit.open("customers")
    assert "53 customers, none of whom has spent yet" in visit.text
    row = visit.rows("Who spent most")[0]
    visit.page.get_by_role("link", name=row[0]).click()
    visit.page.get_by_role("heading", name=f"{row[1]} · {row[0]}").wait_for()
    visit.settled()
    assert "There are no orders of this customer" in visit.text and "Nothing is foretold" in visit.text
    assert visit.barriers() == []


def test_without_learn_there_are_no_predictions_and_no_clusters(visit: Visit, growing: Growing) -> None:
    visit.open()
    before = visit.text
    growing.grown(2)
    # The page that is open finds the orders by itself.
    visit.page.get_by_text("What to do next").wait_for()
    visit.settled()
    assert "There is no valid order yet" in before and "Revenue at risk" not in visit.text
    learns = "in its stage learn"
    _say(
        visit,
        {
            "": ("Nobody's churn is foretold", learns, "Revenue month by month", "Data through 28 January 2025"),
            "clusters": ("There are no clusters", "regulars run"),
            "value": ("Nothing is foretold", "learn was left out", "regulars run"),
            "health": ("Who leaves is not foretold", learns, "not foretold"),
            "forecast": ("The days ahead are not foretold", "Nothing was foretold, so nothing was tested", learns),
            "segments?view=Table": ("Every segment in numbers",),
        },
    )
    visit.open("segments", sort="Expected value")
    assert {row[-1] for row in visit.rows("Customers")} == {"–"}, "nothing that was not learned is shown"
    visit.page.get_by_role("table", name="Customers").get_by_role("link").first.click()
    visit.page.get_by_role("heading", name="Why in this segment").wait_for()
    visit.settled()
    assert "Nothing is foretold of this customer" in visit.text and "Orders and refunds" in visit.text
    assert visit.barriers() == []


def test_a_month_of_history_is_told_for_what_it_is(visit: Visit, growing: Growing) -> None:
    growing.grown(3)
    _say(
        visit,
        {
            "": ("(not validated)", "Nobody is in the segment Champions yet", "likelier than not to stop buying"),
            "segments?view=What+if": ("Nobody would move",),
            "segments?view=Compare": ("Choose a day",),
            "value": ("not validated", "the history is shorter than twice 365 days", "do not plan by it"),
            "retention": ("There are no two months of purchases yet", "customers bought first in January 2025"),
            "migration": ("There is no history of segments yet", "regulars run keeps it from the second month on"),
            "forecast": ("are too few", "as soon as the history is long enough"),
            "clusters": ("How the number of clusters was chosen",),
        },
    )
    visit.open("segments", view="What if")
    # Of a score that nobody has the field is empty, and is no number of thirteen noughts.
    values = visit.page.locator("input[type=number]").evaluate_all("all => all.map(each => each.value)")
    assert len(values) == 12 and "" in values
    assert all(float(value) < 10_000 for value in values if value)
    assert visit.barriers() == []
