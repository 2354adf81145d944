"""Runs the dbt project of `warehouse/` in this process: quiet, warm, writing to its own folder and the user's cache.

dbt takes seconds to import and to read its project, and needs no database for it: `Transformer.warm()` does both in
the background while a run lands its files. What was read is kept for the life of the process, in the folder for the
next, and for the other warehouses of this machine.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from regulars.dbt_log import hear, unheard_are_dropped
from regulars.dbt_parsed import fetch_parsed, keep_parsed
from regulars.dbt_results import CheckResult, ModelResult
from regulars.engines.base import Engine
from regulars.errors import RegularsError, TransformError

__all__ = ["CheckResult", "ModelResult", "Transformer"]

PROJECT = Path(__file__).parent / "warehouse"
PARTS = {"core": ("staging", "intermediate", "marts.core"), "finish": ("marts.finish",)}

Progress = Callable[[str], None]

_SAMPLE_ROWS = 5
_QUIET = (
    *("--log-level", "none", "--log-level-file", "none", "--no-print", "--no-write-json"),
    *("--no-send-anonymous-usage-stats", "--no-version-check"),
)
# The variables that the names of tables are made of.
_NAMES = ("REGULARS_BUILD_PATH", "REGULARS_POSTGRES_DATABASE", "REGULARS_SCHEMA_SUFFIX")
# dbt's events of a node that is done, and what each calls the number of all.
_TOTAL = {"LogModelResult": "total", "LogTestResult": "num_models"}
_one_at_a_time = threading.RLock()
_manifests: dict[tuple[str, ...], Any] = {}


class Transformer:
    """Builds and tests the models in one warehouse.

    Args:
        environment: The variables that dbt's profile reads, as `Engine.dbt_environment()` gives them.
        target: The target of dbt's profile, as `Engine.dbt_target` names it.
        folder: Where dbt keeps its parsed project, as `Engine.dbt_folder` says.
        problem: What a message of dbt's driver says of the warehouse itself, as `Engine.problem` knows it.
        session: Held while dbt works on the warehouse, as `Engine.dbt_session` gives it.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        target: str,
        folder: Path,
        problem: Callable[[str], RegularsError | None] = lambda words: None,
        session: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._session = session
        self._environment = dict(environment)
        self._problem = problem
        self._target = target
        # dbt takes relative paths from its project, which is the installed package.
        self._folder = folder.resolve()
        # The parsed project names the database and its schemas, and depends on nothing else of the environment.
        self._names = {name: self._environment[name] for name in _NAMES if name in self._environment}
        if "REGULARS_BUILD_PATH" in self._names:
            # DuckDB calls a database after its file.
            self._names["REGULARS_BUILD_PATH"] = Path(self._names["REGULARS_BUILD_PATH"]).name
        self._manifest_key = (target, *self._names.values())

    def warm(self) -> None:
        """Starts to import dbt and read the project in the background; what goes wrong is raised by the next call."""
        if self._manifest_key not in _manifests:
            threading.Thread(target=self._try_to_read, name="dbt", daemon=True).start()

    @classmethod
    def of(cls, engine: Engine) -> Transformer:
        """The one of a warehouse."""
        return cls(engine.dbt_environment(), engine.dbt_target, engine.dbt_folder, engine.problem, engine.dbt_session)

    def build(self, part: str, on_progress: Progress | None = None) -> str:
        """Builds the models of one stage.

        Args:
            part: `core`, what comes before the models learn, or `finish`, what comes after.
            on_progress: Called with a few words after each model, from a thread of dbt's.

        Returns:
            One line about what was built.

        Raises:
            TransformError: A model failed; those that need it were not built.
        """
        started = time.perf_counter()
        models = self.build_models(PARTS[part], on_progress)
        return f"{len(models)} models in {time.perf_counter() - started:.1f} s"

    def build_models(self, select: Sequence[str], on_progress: Progress | None = None) -> list[ModelResult]:
        """Builds the models that dbt's selectors name, such as ["+customer_360"], those that others need first.

        Raises:
            TransformError: A model failed; those that need it were not built.
        """
        results = self._invoke(["run", "--select", *select], _listener(on_progress))
        failed = [result for result in results if result.status == "error"]
        if failed:
            skipped = sum(result.status == "skipped" for result in results)
            raise TransformError(_told(failed, f"{len(failed)} model(s) failed and {skipped} more were not built:"))
        return [ModelResult(result.node.name, result.node.schema, result.execution_time) for result in results]

    def views(self, without: Collection[str] = ()) -> list[str]:
        """The models that are views and can be made without some tables, which their own views do not need either."""
        models = {key: node for key, node in self.manifest().nodes.items() if node.resource_type == "model"}
        stored = {key for key, node in models.items() if node.config.materialized == "table"}
        gone = {key for key in stored if f"{models[key].config.schema}.{models[key].name}" in without}
        while more := {k for k in models.keys() - stored - gone if gone.intersection(models[k].depends_on.nodes)}:
            gone |= more
        return [models[key].name for key in models.keys() - stored - gone]

    def test(
        self, on_progress: Progress | None = None, without: Sequence[str] = (), only: Sequence[str] = ()
    ) -> list[CheckResult]:
        """Tests the data of all tables; failing rows are a result, not an error.

        A thread of dbt's calls `on_progress` after each. `without` names groups that are left out, `only` are dbt's
        selectors of checks.
        """
        chosen = ["--select", *only] if only else []
        command = ["test", *chosen, "--exclude", "test_type:unit", *(f"tag:{group}" for group in without)]
        return [self._check(result) for result in self._invoke(command, _listener(on_progress))]

    def check_names(self) -> list[str]:
        """The names of all checks."""
        return sorted(node.name for node in self.manifest().nodes.values() if node.resource_type == "test")

    def unit_test(self) -> int:
        """Runs the unit tests of the models, whose tables must be built but may be empty, and returns their number.

        Raises:
            TransformError: A model gave other rows than its test expects.
        """
        results = self._invoke(["test", "--select", "test_type:unit"])
        failed = [result for result in results if result.status != "pass"]
        if failed:
            raise TransformError(_told(failed, f"{len(failed)} unit test(s) failed:"))
        return len(results)

    def manifest(self) -> Any:
        """dbt's manifest of the project, read once per process.

        Raises:
            TransformError: dbt cannot read the project.
        """
        with _one_at_a_time:
            if self._manifest_key not in _manifests:
                fetch_parsed(self._folder, PROJECT, self._manifest_key)
                # With the whole environment, dbt would take what it kept for outdated in a folder that was moved.
                outcome = self._run(["parse"], self._names)
                if not outcome.success:
                    raise TransformError(
                        f"The dbt project in {PROJECT} cannot be read: {_plain(str(outcome.exception))}"
                        " Mend it, or install Regulars again."
                    ) from outcome.exception
                keep_parsed(self._folder, PROJECT, self._manifest_key)
                _manifests[self._manifest_key] = outcome.result
            return _manifests[self._manifest_key]

    def _try_to_read(self) -> None:
        with suppress(TransformError):
            self.manifest()

    def _invoke(self, command: list[str], listener: Callable[[Any], None] | None = None) -> list[Any]:
        manifest = self.manifest()
        with self._session():
            outcome = self._run(command, self._environment, manifest, listener)
        if isinstance(outcome.exception, Exception):
            if (problem := self._problem(str(outcome.exception))) is not None:
                raise problem from None
            raise TransformError(f"dbt {command[0]} stopped: {_plain(str(outcome.exception))}") from outcome.exception
        if outcome.exception is not None:
            raise outcome.exception
        results = list(outcome.result.results)
        for result in results:
            # That the warehouse is gone or full says nothing of the model.
            if result.status == "error" and (problem := self._problem(result.message or "")) is not None:
                raise problem from None
        return results

    def _run(
        self,
        command: list[str],
        environment: Mapping[str, str],
        manifest: Any = None,
        listener: Callable[[Any], None] | None = None,
    ) -> Any:
        with _one_at_a_time, _variables(environment), unheard_are_dropped():
            from dbt.cli.main import dbtRunner

            places = {
                "--project-dir": PROJECT,
                "--profiles-dir": PROJECT,
                "--target-path": self._folder,
                "--log-path": self._folder,
                "--target": self._target,
            }
            try:
                runner = dbtRunner(manifest=manifest, callbacks=[hear, listener] if listener else [hear])
                return runner.invoke([*_QUIET, *command, *(str(text) for place in places.items() for text in place)])
            finally:
                _let_go()

    def _check(self, result: Any) -> CheckResult:
        node = result.node
        attached_to = getattr(node, "attached_node", None) or ""
        return CheckResult(
            name=node.name,
            model=attached_to.rpartition(".")[2],
            severity=node.config.severity.lower(),
            status=str(result.status),
            failures=result.failures or 0,
            message=_plain(result.message),
            sample=self._sample(node.name) if result.status in ("fail", "warn") else "",
            group=next(iter(node.tags), ""),
        )

    def _sample(self, test: str) -> str:
        table = self._invoke(["show", "--select", test, "--limit", str(_SAMPLE_ROWS)])[0].agate_table
        rows = (zip(table.column_names, row, strict=True) for row in table.rows)
        return "; ".join(", ".join(f"{name} {value}" for name, value in row) for row in rows)


def _listener(on_progress: Progress | None) -> Callable[[Any], None] | None:
    """Hears of the models or tests that are done."""
    if on_progress is None:
        return None
    done = 0

    def listen(message: Any) -> None:
        nonlocal done
        total = _TOTAL.get(message.info.name)
        if total is not None:
            done += 1
            on_progress(f"{done} of {getattr(message.data, total)}: {message.data.node_info.node_name}")

    return listen


@contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    """Sets variables of the environment for a moment: dbt's profile can be told in no other way."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _let_go() -> None:
    """Closes DuckDB's files: they stay open from model to model, which saves a second, but others need them after."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    try:
        opened: Any = DuckDBConnectionManager.env()
    except Exception:  # the adapter's own word for: nothing was ever opened
        return
    opened.close()


def _told(failed: list[Any], headline: str) -> str:
    return "\n".join([headline, *(f"  {result.node.name}: {_plain(result.message)}" for result in failed)])


def _plain(message: str | None) -> str:
    """dbt's message in one line, without its first, which says what kind of error it is and where the model lies."""
    lines = [line.strip() for line in (message or "").splitlines() if line.strip()]
    return " ".join(lines[1:] if len(lines) > 1 and " Error" in lines[0] else lines)
