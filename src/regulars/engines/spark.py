"""The warehouse on Apache Spark: what is worked out is Parquet in a lake, what lands and what is served lies at home.

Parquet knows no transactions and the API must not wait for a cluster. So an embedded warehouse, the home, keeps what
landed, the identities, the ledger, the lock and the journal, and serves what is finished. From `build` to `check` all
runs on Spark, in a build of its own in the lake; publishing brings the finished tables home and goes live there.
"""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from regulars import catalog, marts
from regulars.engines.base import Engine, Session
from regulars.engines.lake import Lake
from regulars.engines.lake_catalog import LakeCatalog, spark_type
from regulars.engines.spark_dbt import dbt_on
from regulars.engines.spark_durable import TABLES, export_durable
from regulars.engines.spark_mapped import bring_people, known_views, table_session
from regulars.engines.spark_session import require_spark, spark_session
from regulars.engines.spark_tables import LakeSession
from regulars.errors import RegularsError, SettingsError, WarehouseError
from regulars.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_BUILD, _LIVE, _BUILDS = "build.json", "live.json", "builds"
_BROUGHT_ALREADY = frozenset(table.name for table in TABLES)
# Which build Spark's catalog knows; it knows one at a time.
_active: dict[str, object] = {}


class SparkEngine:
    """The Engine of a Spark master.

    Args:
        master: `local[2]`, `spark://host:port` or `sc://host:port`.
        home: The engine that keeps what is durable and serves what is live.
        lake: Where the Parquet tables lie: a folder or a URL that every worker reaches.
        conf: What Spark is told besides.
        start_seconds: How long to wait until Spark takes up work.
        bring_home_orders: Whether what is as long as the orders is served as well.
    """

    kind = "spark"
    dbt_target = "spark"

    def __init__(
        self,
        master: str,
        home: Engine,
        lake: str,
        *,
        conf: Mapping[str, str],
        start_seconds: int = 60,
        bring_home_orders: bool = True,
    ) -> None:
        self.master = master
        self.home = home
        self.location = f"{home.location} (worked out on {master})"
        self.journal = home.journal
        self.access = home.access
        self.models_folder = home.models_folder
        self.scratch_folder = home.scratch_folder
        self.dbt_folder = home.dbt_folder / "spark"
        self._lake_location = lake
        self._opened_lake: Lake | None = None
        self._conf = dict(conf)
        self._start_seconds = start_seconds
        self._bring_home_orders = bring_home_orders

    def prepare(self) -> None:
        """Asks whether Spark can be reached, before anything is landed, and makes what is missing at home."""
        require_spark(self.master)
        self.home.prepare()

    def set_up(self) -> list[str]:
        """Makes the home ready; Spark needs nothing that a run does not make."""
        return self.home.set_up()

    def set_up_sql(self) -> str:
        """What that does as SQL, where it does any."""
        return self.home.set_up_sql()

    def lock(self) -> AbstractContextManager[None]:
        """Holds the home, and with it the lake, for one run."""
        return self.home.lock()

    def durable(self) -> AbstractContextManager[Session]:
        """The durable schemas, which lie at home."""
        return self.home.durable()

    @property
    def query_errors(self) -> tuple[type[Exception], ...]:
        """Those of the home, and Spark's once it was asked anything."""
        spark = sys.modules.get("pyspark.errors")
        return (*self.home.query_errors, *((spark.PySparkException,) if spark else ()))

    @contextmanager
    def mapped_tables(self, durable: Session) -> Iterator[Session]:
        """Spark's catalog, and what its workers can read besides."""
        with table_session(self._spark(), self._lake) as tables:
            yield tables

    def show_mapped(self, durable: Session, tables: Session, selections: Mapping[str, Sequence[str]]) -> None:
        """Spark shows the rows in each build; the people among them are brought home, where they are resolved."""
        bring_people(durable, tables, selections)

    @contextmanager
    def build(self, *, fresh: bool = False) -> Iterator[LakeSession]:
        """The build in the lake, on Spark; a fresh one starts with what landed and was resolved."""
        if fresh:
            self._start_build()
        with self._opened() as session:
            yield session

    def has_build(self) -> bool:
        """Whether a build is in flight."""
        return self._lake.read_text(_BUILD) is not None

    def live(self) -> AbstractContextManager[Session]:
        """What readers see, at home."""
        return self.home.live()

    def has_live(self) -> bool:
        """Whether anything was ever published."""
        return self.home.has_live()

    def live_state(self) -> str | None:
        """Which publication readers see, at home."""
        return self.home.live_state()

    def readers(self, count: int) -> AbstractContextManager[Sequence[Session]]:
        """Sessions on what readers see, at home."""
        return self.home.readers(count)

    def workbench(self, tables: Sequence[str] = ()) -> AbstractContextManager[Engine]:
        """A day that is asked about is worked out from what is served, at home."""
        return self.home.workbench(tables)

    def complete(self, build: Session) -> None:
        """The last touch is given to what came home."""
        self.home.complete(build)

    def keep_models(self, run_id: str) -> None:
        """Models are kept at home, whose readers apply them."""
        self.home.keep_models(run_id)

    def forget_models(self, known: Sequence[str]) -> None:
        """Models are kept at home."""
        self.home.forget_models(known)

    def model(self, folder: str) -> Path:
        """The folder of a model."""
        return self.home.model(folder)

    def bring_home(self) -> Engine:
        """Writes the finished tables into a build of the home, batch by batch, and returns the home."""
        listed = self._listed()
        with self.home.build(fresh=True) as build:
            for name, table in listed.tables.items():
                if name not in _BROUGHT_ALREADY and name not in self.kept_away():
                    build.replace(name, self._lake.read(table.folder, table.arrow_schema))
        return self.home

    def kept_away(self) -> Sequence[str]:
        """What is as long as the orders, where the home is not to hold those."""
        return () if self._bring_home_orders else marts.AS_LONG_AS_ORDERS

    def publish(self) -> None:
        """Puts the home's build live in one step, then says in the lake which of its tables are those."""
        listed = self._lake.read_text(_BUILD)
        self.home.publish()
        if listed is not None:
            self._lake.write_text(_LIVE, listed)
            self._lake.remove_file(_BUILD)

    def scrub(self) -> list[str]:
        """Scrubs the home and removes every build of the lake but the live one; each build renews its durable files."""
        done = self.home.scrub()
        self._clear_away()
        return [*done, f"old builds were removed from the lake {self._lake.url}"]

    def folders(self) -> list[Path]:
        """Those of the home, and the lake where it is a folder."""
        lake = Path(self._lake_location)
        here = [lake] if "://" not in self._lake_location and lake.exists() else []
        return [*self.home.folders(), *here]

    def problem(self, words: str) -> RegularsError | None:
        """Nothing: what Spark says of itself is told as it is."""
        return None

    def dbt_environment(self) -> Mapping[str, str]:
        """The variables that dbt's profile and macros read."""
        return {"REGULARS_LAKE": self._lake.url_of(_BUILDS)}

    @contextmanager
    def dbt_session(self) -> Iterator[None]:
        """While it is open, dbt works on the build."""
        with self._opened() as session, dbt_on(self._spark(), session.note):
            yield

    @property
    def _lake(self) -> Lake:
        if self._opened_lake is None:
            self._opened_lake = Lake(self._lake_location)
        return self._opened_lake

    def _spark(self) -> SparkSession:
        return spark_session(self.master, self._conf, self._start_seconds)

    def _listed(self) -> LakeCatalog:
        text = self._lake.read_text(_BUILD)
        if text is None:
            raise WarehouseError(
                f"No build is in flight in the lake {self._lake.url}. Start one with `regulars run --stage build`."
            )
        return LakeCatalog.from_json(text)

    def _start_build(self) -> None:
        spark = self._spark()
        self._clear_away()
        with self.home.durable() as durable:
            tables, views = export_durable(durable, self._lake), known_views(durable)
        listed = LakeCatalog(f"{_BUILDS}/{secrets.token_hex(6)}", tables, views)
        session = LakeSession(spark, self._lake, listed)
        try:
            session.activate()
        except self.query_errors as error:
            raise WarehouseError(
                f"Spark cannot start a build: {str(error).strip().splitlines()[0]} If a mapped table has changed or is"
                " gone, run the stage land again."
            ) from error
        for table in catalog.DERIVED_TABLES:
            session.create(table, [spark_type(kind) for _, kind in table.columns])
        self._lake.write_text(_BUILD, listed.to_json())
        _active.update(spark=spark, build=listed.build)

    def _clear_away(self) -> None:
        """Removes every build but the one that is live."""
        live = self._lake.read_text(_LIVE)
        kept = {table.folder.split("/")[1] for table in LakeCatalog.from_json(live).tables.values()} if live else set()
        for name in set(self._lake.folders(_BUILDS)) - kept:
            self._lake.remove(f"{_BUILDS}/{name}")

    @contextmanager
    def _opened(self) -> Iterator[LakeSession]:
        spark, listed = self._spark(), self._listed()
        session = LakeSession(spark, self._lake, listed)
        if _active != {"spark": spark, "build": listed.build}:
            session.activate()
            _active.update(spark=spark, build=listed.build)
        try:
            yield session
        finally:
            session.complete()
            if self.has_build():
                self._lake.write_text(_BUILD, listed.to_json())


def open_spark(settings: Settings, home: Engine) -> SparkEngine:
    """The engine of a URL such as spark://host:7077, sc://host, spark://local or local[4].

    Raises:
        SettingsError: The URL names no host, or the home is no folder.
    """
    url = settings.warehouse
    if url == "spark://local":
        url = f"local[{settings.threads or '*'}]"
    if not re.fullmatch(r"local\[(\*|\d+)(,\s*\d+)?\]|(spark|sc)://[^/\s]+.*", url):
        raise SettingsError(
            f'`warehouse = "{settings.warehouse}"` names no Spark. Write spark://host:7077, sc://host:15002, or'
            " spark://local for this machine."
        )
    lake = settings.spark.lake or str(Path(settings.spark.serving) / "lake")
    return SparkEngine(
        url,
        home,
        lake,
        conf=settings.spark.conf,
        start_seconds=settings.spark.start_seconds,
        bring_home_orders=settings.spark.bring_home_orders,
    )
