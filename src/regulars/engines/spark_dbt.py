"""dbt-spark is given our session: its own way of finding one would turn ANSI rules off and ask for Hive.

dbt-spark 1.11 asks the builder for a session before every statement and sets `spark.sql.ansi.enabled` to false on
whatever it gets, which is the session that everybody shares. An overflow or a cast that cannot be would then be null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class _Given:
    """What dbt-spark asks for a session: a builder that ignores what it is told and gives the one there is."""

    def __init__(self, spark: SparkSession, on_statement: Callable[[str], None]) -> None:
        self._spark = spark
        self._on_statement = on_statement
        self.builder = self

    def enableHiveSupport(self) -> _Given:
        """Ours is a catalog in memory, or the server's."""
        return self

    def config(self, *_: Any, **__: Any) -> _Given:
        """The rules are set where the session is started."""
        return self

    def getOrCreate(self) -> _Given:
        """Itself, which runs statements as a session does."""
        return self

    def sql(self, sql: str) -> DataFrame:
        """Runs a statement and tells of it."""
        frame = self._spark.sql(sql)
        self._on_statement(sql)
        return frame


@contextmanager
def dbt_on(spark: SparkSession, on_statement: Callable[[str], None]) -> Iterator[None]:
    """While it is open, dbt-spark's session method runs its statements in this session.

    Args:
        spark: The session.
        on_statement: Told of each statement that ran, from a thread of dbt's.
    """
    from dbt.adapters.spark import session

    before = vars(session)["SparkSession"]
    vars(session)["SparkSession"] = _Given(spark, on_statement)
    try:
        yield
    finally:
        vars(session)["SparkSession"] = before
