"""A demo shop that delivers every night what its last day brought, and a warehouse that checks each delivery.

A night lands, resolves, builds what the checks read, checks and, when they hold, puts it live: the steps of a run
without the models that learn and the marts that no check of a night reads.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regulars import catalog
from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.engines.base import open_engine
from regulars.engines.check_records import CheckRecord, CheckRecords
from regulars.errors import RegularsError
from regulars.parameters import write_parameters
from regulars.pipeline import Request, run_pipeline
from regulars.quality.baselines import keep_baselines, read_baselines
from regulars.quality.checks import check
from regulars.quality.measuring import last_landing, write_measures
from regulars.settings import Settings
from regulars.transform import CheckResult, Transformer

Row = dict[str, str]
# What the checks of a night read, and those checks: all but the ones on who is in which segment.
_MODELS = (
    *("+int_volumes__compared", "+int_traits__compared", "+int_rows__at_fault", "+int_order_days__compared"),
    *("+int_orders__doubled", "+int_sources__freshness", "+fct_orders"),
)
_CHECKS = (
    *("tag:drift,int_volumes__compared+", "tag:drift,int_traits__compared+", "past_is_as_published"),
    *("exports_are_whole", "tag:landing", "key_fct_orders_source__order_id", "every_order_is_converted"),
    *("every_status_word_is_known", "no_order_is_dated_after_it_was_landed"),
)


class _ChecksOfANight:
    """A Transformer that runs the checks of a night alone."""

    def __init__(self, transformer: Transformer) -> None:
        self._transformer = transformer

    def test(self, on_progress: Callable[[str], None], without: Sequence[str] = ()) -> list[CheckResult]:
        return self._transformer.test(on_progress, without, _CHECKS)


@dataclass
class Night:
    """What became of a night: what the checks found, or the error that landing ended with."""

    found: list[CheckRecord] = field(default_factory=list)
    error: str = ""

    @property
    def stopped_by(self) -> set[str]:
        """The checks that kept it from going live; `land` where it did not land."""
        if self.error and not any(record.stops_publishing for record in self.found):
            return {"land"}
        return {record.check_name for record in self.found if record.stops_publishing}

    @property
    def told(self) -> set[str]:
        """The checks that found anything."""
        return {record.check_name for record in self.found if record.status != "pass"}


@dataclass
class NightlyShop:
    """A folder of nightly files and the warehouse beside it.

    Args:
        folder: Where they are.
        rows: All that the shop will ever deliver: customers and orders, in the order of their time.
        since: The day from which nothing is delivered yet.
        options: Settings of the nights: of the sources `customers` and `orders`, or whole sections.
        exports_all_customers: Whether each night brings every customer there is, as many shops' exports do.
    """

    folder: Path
    rows: dict[str, list[Row]]
    since: dt.date = dt.date.min
    options: dict[str, Any] = field(default_factory=dict)
    exports_all_customers: bool = False

    @classmethod
    def made(cls, folder: Path, options: ShopOptions, *, exports_all_customers: bool = False) -> NightlyShop:
        """A demo shop that has delivered nothing."""
        generate(options, folder / "whole", force=True)
        rows = {}
        for entity, column in (("customers", "created_at"), ("orders", "ordered_at")):
            with (folder / "whole" / f"{entity}.csv").open(encoding="utf-8", newline="") as file:
                rows[entity] = sorted(csv.DictReader(file), key=lambda row: row[column])
        return cls(folder, rows, exports_all_customers=exports_all_customers)

    def copied(self, folder: Path) -> NightlyShop:
        """The same shop with a warehouse of its own."""
        shutil.copytree(self.folder / "warehouse", folder / "warehouse")
        return NightlyShop(folder, self.rows, self.since, dict(self.options), self.exports_all_customers)

    def news(self, until: dt.date) -> dict[str, list[Row]]:
        """What the shop has to say since it delivered last, up to a day."""
        news = {}
        for entity, column in (("customers", "created_at"), ("orders", "ordered_at")):
            is_whole = entity == "customers" and self.exports_all_customers
            since, end = "" if is_whole else self.since.isoformat(), until.isoformat()
            news[entity] = [dict(row) for row in self.rows[entity] if since <= row[column][:10] < end]
        return news

    def night(self, until: dt.date, news: dict[str, list[Row]] | None = None, allow: Sequence[str] = ()) -> Night:
        """Delivers, and goes through the steps of a run as of that day."""
        news = self.news(until) if news is None else news
        paths = []
        for entity, rows in news.items():
            if rows:
                folder = self.folder / "files"
                folder.mkdir(parents=True, exist_ok=True)
                path = folder / f"{entity}_{until}.csv"
                with path.open("w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, rows[0].keys())
                    writer.writeheader()
                    writer.writerows(rows)
                paths.append(str(path))
        self.since = until
        return self._run(self.settings(until), paths, allow)

    def settings(self, as_of: dt.date) -> Settings:
        """The settings of a night: its files belong to two sources, whatever they are called."""
        sources = {entity: {"entity": entity, **self.options.get(entity, {})} for entity in ("customers", "orders")}
        files = self.folder / "files"
        for entity, source in sources.items():
            source["path"] = str(files / f"{entity}_{as_of}.csv")
        others = {name: value for name, value in self.options.items() if name not in sources}
        return Settings.model_validate(
            {
                "warehouse": str(self.folder / "warehouse"),
                "threads": 1,
                "rfm": {"as_of": as_of},
                "identity": {"probabilistic": False},
                "sources": {name: source for name, source in sources.items() if Path(source["path"]).exists()},
                **others,
            }
        )

    def _run(self, settings: Settings, paths: list[str], allow: Sequence[str]) -> Night:
        engine = open_engine(settings)
        run_id = f"night-{settings.rfm.as_of}"
        try:
            run_pipeline(settings, Request(stages=["land", "resolve"]))
            landed_at = last_landing(engine)
            with engine.build(fresh=True) as build:
                write_parameters(build, settings, run_id)
                write_measures(engine, build, settings, landed_at)
            transformer = Transformer.of(engine)
            transformer.build_models(_MODELS)
            check(engine, _ChecksOfANight(transformer), run_id, lambda words: None, settings.quality, allow)  # type: ignore[arg-type]
            with engine.build() as build:
                build.execute(f"create table {catalog.LOADS.name} as select * from durable.{catalog.LOADS.name}")
                baselines = read_baselines(build)
                engine.complete(build)
            keep_baselines(engine, run_id, baselines)
            engine.publish()
        except RegularsError as error:
            return Night(CheckRecords(engine.journal).of_run(run_id), str(error))
        return Night(CheckRecords(engine.journal).of_run(run_id))
