"""The warehouse of a team: one PostgreSQL database, one writer, readers that never wait.

The durable schemas `raw`, `staging`, `identity` and `ops` grow; a run builds in schemas that end in `__next`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from regulars import catalog
from regulars.engines.access_records import AccessRecords
from regulars.engines.base import Engine, Session
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.journal import Journal
from regulars.engines.known import show_known
from regulars.engines.postgres_address import Address
from regulars.engines.postgres_building import (
    compact,
    compact_statistics,
    complete,
    gather_statistics,
    start_build,
)
from regulars.engines.postgres_journal import PostgresJournal
from regulars.engines.postgres_lock import RunLock
from regulars.engines.postgres_migrations import migrate
from regulars.engines.postgres_migrations import script as durable_script
from regulars.engines.postgres_problems import problem
from regulars.engines.postgres_publishing import BUILT, NEXT, building, drop_old, generation_names, newest, pin, publish
from regulars.engines.postgres_roles import BUILDER, LOADER, READER, SERVER, script, set_up, take_role
from regulars.engines.postgres_session import PostgresSession, connected, driver_errors
from regulars.errors import WarehouseError

# Many models are views upon views: planning them is what takes the time, and compiling them never pays.
_BUILD_SETTINGS = ("set jit = off", "set work_mem = '64MB'")
# The planner needs to know how many rows a new table has, not its rarest words: `complete` looks more closely.
_DBT_SETTINGS = ("jit=off", "work_mem=64MB", "default_statistics_target=25")
# Nobody plans a query of what was received.
_READ_BY_MODELS = tuple(schema for schema in catalog.DURABLE_SCHEMAS if schema != "raw")
# Options of the URL that dbt's driver takes as variables.
_LIBPQ = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "channel_binding": "PGCHANNELBINDING",
}


class PostgresEngine:
    """The Engine of a database. Opening it connects to nothing; `prepare` makes the durable side."""

    kind = "postgres"
    dbt_target = "postgres"

    def __init__(self, url: str) -> None:
        self.address = Address.of(url)
        self.location = self.address.location
        self.query_errors = driver_errors()
        self.journal: Journal = PostgresJournal(self.durable, self.prepare)
        self.access = AccessRecords(
            PostgresJournal(self._serving, self.prepare), PostgresJournal(self._keeping, self.prepare)
        )
        self._lock = RunLock(self.address, self.journal.running)
        folder = self.address.local_folder
        self.scratch_folder = folder / "scratch"
        self.dbt_folder = folder / "dbt"
        self.models_folder = folder / "models"

    def prepare(self) -> None:
        """Brings the durable schemas and tables to this version."""
        with connected(self.address) as session:
            migrate(session, self.location)

    def set_up(self) -> list[str]:
        """Makes the database ready for a team: durable side, roles and rights; says what it did."""
        with connected(self.address) as session:
            done = [f"applied migration {name}" for name in migrate(session, self.location)]
            return [*done, *set_up(session, self.address.database, self.location)]

    def set_up_sql(self) -> str:
        """The same as a script for somebody who may run it; nothing is connected to."""
        return script(self.address.database, durable_script())

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Holds the database for one run; the server frees the lock when the connection ends."""
        with self._lock.hold():
            yield

    @contextmanager
    def durable(self) -> Iterator[PostgresSession]:
        """The durable schemas, writable."""
        with connected(self.address, before_commit=self._lock.refuse_if_lost) as session:
            take_role(session, LOADER)
            yield session

    @contextmanager
    def mapped_tables(self, durable: Session) -> Iterator[Session]:
        """The durable session, which reads every table of the warehouse."""
        yield durable

    def show_mapped(self, durable: Session, tables: Session, selections: Mapping[str, Sequence[str]]) -> None:
        """Makes the views over the tables where they lie."""
        show_known(durable, selections)

    @contextmanager
    def build(self, *, fresh: bool = False) -> Iterator[PostgresSession]:
        """The build in flight; `fresh` drops one that was left and starts anew."""
        if fresh:
            with self.durable() as durable:
                gather_statistics(durable, _READ_BY_MODELS)
        with connected(self.address, building(), settings=_BUILD_SETTINGS) as session:
            take_role(session, BUILDER)
            if fresh:
                with session.transaction():
                    start_build(session)
            yield session

    def has_build(self) -> bool:
        """Whether a build is in flight."""
        with connected(self.address, building()) as session:
            return bool(session.columns(catalog.PARAMETERS.name))

    def complete(self, build: Session) -> None:
        """Makes the build stand alone and quick to search."""
        assert isinstance(build, PostgresSession)
        complete(build)

    @contextmanager
    def live(self) -> Iterator[PostgresSession]:
        """The newest publication, read only and pinned: what is published meanwhile does not change it."""
        with connected(self.address) as connection:
            yield self._reading(connection, pin(connection))

    def _reading(self, connection: PostgresSession, generation: int | None) -> PostgresSession:
        if generation is None:
            raise WarehouseError(
                f"Nothing is published in {self.location} yet. Make it with `regulars run FILE` or `regulars demo`."
            )
        take_role(connection, READER)
        names = generation_names(generation)
        path = ", ".join(names.schemas[schema] for schema in catalog.SEARCH_PATH)
        connection.execute(f"set search_path = {path}")
        connection.execute("set default_transaction_read_only = on")
        return connection.called(names)

    def has_live(self) -> bool:
        """Whether anything was ever published."""
        with connected(self.address) as session:
            return newest(session) is not None

    def live_state(self) -> str | None:
        """The number of the live generation."""
        with connected(self.address) as session:
            generation = newest(session)
        return None if generation is None else str(generation)

    @contextmanager
    def readers(self, count: int) -> Iterator[list[PostgresSession]]:
        """As many connections, all on the generation that the first one pins."""
        with ExitStack() as opened:
            first = opened.enter_context(connected(self.address))
            generation = pin(first)
            others = [opened.enter_context(connected(self.address)) for _ in range(count - 1)]
            yield [self._reading(connection, generation) for connection in (first, *others)]

    @contextmanager
    def workbench(self, tables: Sequence[str] = ()) -> Iterator[Engine]:
        """An embedded engine in a temporary folder whose durable side holds copies of these published tables.

        Who may only read the database can work there, and the server has no more to do than to hand the rows out.
        """
        with TemporaryDirectory(prefix="regulars-workbench-", ignore_cleanup_errors=True) as name, self.live() as live:
            bench = DuckDBEngine(Path(name))
            with bench.durable() as copies:
                for table in tables:
                    copies.replace(table, live.stream(f"select * from {table}"))
            bench.dbt_folder = self.dbt_folder.with_name("dbt-workbench")
            yield bench

    def bring_home(self) -> PostgresEngine:
        """Itself: the build lies where it is published from."""
        return self

    def kept_away(self) -> Sequence[str]:
        """None: all is built where it is served."""
        return ()

    def publish(self) -> None:
        """Puts the build in the place of what is live, on the connection that holds the lock."""
        if self._lock.held is not None:
            publish(self._lock.held, self.location)
            return
        with self._lock.hold() as session:
            publish(session, self.location)

    def keep_models(self, run_id: str) -> None:
        """Stores the files of the models that a run made, for the others of the team."""
        files = sorted(file for file in self.models_folder.glob(f"*/{run_id}/*") if file.is_file())
        with self.durable() as session, session.transaction():
            for file in files:
                path = file.relative_to(self.models_folder).as_posix()
                session.execute("delete from ops.model_files where path = $1", (path,))
                session.execute("insert into ops.model_files values ($1, $2)", (path, file.read_bytes()))

    def forget_models(self, known: Sequence[str]) -> None:
        """Takes the files of all other models out of the database."""
        with self.durable() as session:
            session.execute(
                "delete from ops.model_files"
                " where regexp_replace(path, '/[^/]*$', '') <> all (string_to_array($1, chr(10)))",
                (chr(10).join(known),),
            )

    def model(self, folder: str) -> Path:
        """The folder of a published model, fetched from the database when this machine does not have it."""
        place = self.models_folder / folder
        with self.live() as live:
            files = live.query("select path, content from ops.model_files where path like $1", (f"{folder}/%",))
        for row in files.to_pylist():
            file = self.models_folder / row["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(row["content"])
        return place

    @contextmanager
    def _serving(self) -> Iterator[PostgresSession]:
        """What a server asks of keys, with no more rights than it needs for that."""
        with connected(self.address) as session:
            take_role(session, SERVER)
            yield session

    @contextmanager
    def _keeping(self) -> Iterator[PostgresSession]:
        """Keys are given and taken by who owns the database, in one that has room for them."""
        with connected(self.address) as session:
            migrate(session, self.location)
            yield session

    def scrub(self) -> list[str]:
        """Rewrites the durable tables without their dead rows, and drops the generations before the live one.

        The write-ahead log, replicas and back-ups of the server are its own: they forget as they are recycled.
        """
        with self.durable() as session:
            tables = compact(session)
        with connected(self.address) as session:
            take_role(session, BUILDER)
            live = newest(session)
            left = drop_old(session, live) if live is not None else []
        done = [f"{len(tables)} durable tables were rewritten by VACUUM FULL"]
        with connected(self.address) as session:
            if not compact_statistics(session):
                done.append("old samples of values may lie in pg_statistic: VACUUM FULL it as the database's owner")
        if left:
            numbers = ", ".join(map(str, left))
            done.append(f"generation {numbers} is still being read and could not be dropped; close its readers")
        return done

    def folders(self) -> list[Path]:
        """Where this machine keeps what a run can make again."""
        folder = self.models_folder.parent
        return [folder] if folder.exists() else []

    def problem(self, words: str) -> WarehouseError | None:
        """What a message of dbt's driver says of the warehouse itself."""
        return problem(self.address, words)

    @contextmanager
    def dbt_session(self) -> Iterator[None]:
        """Nothing to hold, for dbt connects by itself; but its planner knows what Python has written for it."""
        with self.build() as build:
            gather_statistics(build, [schema + NEXT for schema in BUILT])
        yield

    def dbt_environment(self) -> Mapping[str, str]:
        """The variables that dbt's profile and libpq read; the password goes no other way."""
        with connected(self.address) as session:
            role = BUILDER if take_role(session, BUILDER) else ""
        return {
            "REGULARS_POSTGRES_HOST": self.address.host,
            "REGULARS_POSTGRES_PORT": str(self.address.port),
            "REGULARS_POSTGRES_DATABASE": self.address.database,
            "REGULARS_POSTGRES_USER": self.address.user,
            "REGULARS_POSTGRES_ROLE": role,
            "REGULARS_SCHEMA_SUFFIX": NEXT,
            # dbt keeps variables of this prefix out of its logs.
            "DBT_ENV_SECRET_REGULARS_PASSWORD": self.address.password,
            "PGOPTIONS": " ".join(f"-c {setting}" for setting in _DBT_SETTINGS),
            **{name: self.address.options[key] for key, name in _LIBPQ.items() if key in self.address.options},
        }
