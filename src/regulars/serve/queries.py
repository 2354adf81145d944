"""The only door to the published data: CLI, Python results, exports, the API and the dashboard ask here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.serve.basis import Basis, read_basis
from regulars.serve.customers_in_order import customers_in_order
from regulars.serve.served_orders import refuse_without_orders, serves_orders
from regulars.settings import ShopSettings
from regulars.survivorship_settings import GOLDEN_FIELDS

# What is shown of an order.
ORDER_COLUMNS = ("order_date", "order_id", "status", "amount", "net_amount", "store")


class Published(Protocol):
    """Where sessions on what is published come from: an engine, or a session that is open already."""

    @property
    def query_errors(self) -> tuple[type[Exception], ...]:
        """What the driver raises for SQL that it cannot run."""
        ...

    def live(self) -> AbstractContextManager[Session]:
        """A session on one whole published build."""
        ...


@dataclass(frozen=True)
class Pinned:
    """A session that is open already, and stays so: all questions see the same build."""

    opened: Session
    query_errors: tuple[type[Exception], ...]

    def live(self) -> AbstractContextManager[Session]:
        """The session."""
        return nullcontext(self.opened)


class Queries:
    """Questions to one warehouse; of an engine each opens the live state anew, and so sees one whole build."""

    def __init__(self, engine: Published, shop: ShopSettings) -> None:
        self._engine, self._shop = engine, shop

    def basis(self) -> Basis:
        """As of when, over which window and with which map the live numbers were made."""
        with self._engine.live() as live:
            return read_basis(live)

    def session(self) -> AbstractContextManager[Session]:
        """One published build, for the modules beside this one that put several questions together."""
        return self._engine.live()

    @contextmanager
    def pinned(self) -> Iterator[Queries]:
        """The same questions, all of them to one published build that is opened once."""
        with self._engine.live() as live:
            yield Queries(Pinned(live, self._engine.query_errors), self._shop)

    def segments(self) -> pa.Table:
        """segment_metrics, in the map's order."""
        with self._engine.live() as live:
            return live.query(f"select * from {marts.SEGMENT_METRICS} order by position")

    def find_customers(self, text: str) -> list[int]:
        """Golden ids that a text may mean: a golden id, a source's id, an e-mail address or a phone number.

        `source:id` names one source's id when several people share it.
        """
        with self._engine.live() as live:
            for sql, params in self._readings(text.strip()):
                found = live.query(f"select distinct customer_id from ({sql}) as found order by 1 limit 20", params)
                if found.num_rows:
                    return [int(value) for value in found.column(0).to_pylist()]
        return []

    def customer(self, text: str) -> int:
        """The one golden id that a text means.

        Raises:
            InputError: Nobody or several people answer to it, or one who is not in the base yet.
        """
        with self.pinned() as pinned:
            found = pinned.find_customers(text)
            if not found:
                raise InputError(
                    f"Nobody is known by `{text}`. Give a customer id, a source's id, an e-mail or a phone number."
                )
            if len(found) > 1:
                raise InputError(
                    f"`{text}` may be any of {', '.join(map(str, found))}. Give one of these ids, or SOURCE:{text}."
                )
            pinned._refuse_who_came_later(found[0])
        return found[0]

    def customer_360(self, customer_id: int) -> pa.Table:
        """The customer's wide row."""
        with self._engine.live() as live:
            return live.query(f"select * from {marts.CUSTOMER_360} where customer_id = $1", (customer_id,))

    def customer_columns(self) -> list[str]:
        """The columns of customer_360."""
        with self._engine.live() as live:
            return live.columns(marts.CUSTOMER_360)

    def serves_orders(self) -> bool:
        """Whether the orders are here; those of a warehouse on Spark may stay in its lake."""
        with self._engine.live() as live:
            return serves_orders(live)

    def customer_orders(self, customer_id: int, limit: int = 20) -> pa.Table:
        """The customer's newest orders.

        Raises:
            InputError: The orders are not served.
        """
        with self._engine.live() as live:
            refuse_without_orders(live)
            return live.query(
                f"select {', '.join(ORDER_COLUMNS)} from {marts.FCT_ORDERS}"
                f" where customer_id = $1 order by ordered_at desc, order_key limit {int(limit)}",
                (customer_id,),
            )

    def customer_sources(self, customer_id: int) -> pa.Table:
        """The source records that are this person."""
        with self._engine.live() as live:
            return live.query(
                f"select * from {marts.IDENTITY_MAP} where customer_id = $1"
                " order by source, source_customer_id limit 100",
                (customer_id,),
            )

    def field_sources(self, customer_id: int) -> pa.Table:
        """From which source record each field of a person with several records was taken, in the fields' order."""
        with self._engine.live() as live:
            if not live.columns(marts.FIELD_SOURCES):
                return pa.table({"field": pa.array([], pa.string())})
            found = live.query(
                "select field, source, source_customer_id, rule, created_at"
                f" from {marts.FIELD_SOURCES} where customer_id = $1",
                (customer_id,),
            )
        order = pa.array([GOLDEN_FIELDS.index(field) for field in found["field"].to_pylist()], pa.int64())
        return found.take(pc.array_sort_indices(order))

    def table(self, name: str) -> pa.Table:
        """A whole published table, for Python results; `regulars docs` lists the names.

        Raises:
            InputError: There is no such table.
        """
        with self._engine.live() as live:
            return live.query(f"select * from {_checked(live, name)}")

    def tables(self) -> pa.Table:
        """Every published table with its rows."""
        with self._engine.live() as live:
            return live.tables()

    def sql(self, statement: str, limit: int | None = None) -> pa.Table:
        """The result of a query over the published tables, cut after `limit` rows.

        Raises:
            InputError: It is no query, or names what is not there.
        """
        with self._engine.live() as live, self._said_plainly():
            reader = live.stream(statement.rstrip().rstrip(";"))
            batches, rows = [], 0
            for batch in reader:
                batches.append(batch)
                rows += batch.num_rows
                if limit is not None and rows >= limit:
                    break
            found = pa.Table.from_batches(batches, reader.schema)
        return found if limit is None else found.slice(0, limit)

    @contextmanager
    def customers_stream(
        self, segments: Sequence[str] = (), columns: Sequence[str] = ()
    ) -> Iterator[pa.RecordBatchReader]:
        """customer_360 rows, of some segments or of all, batch by batch, in the order of their ids.

        Raises:
            InputError: There is no such segment or column.
        """
        with self._engine.live() as live:
            known = [
                str(v)
                for v in live.query(f"select segment from {marts.SEGMENT_METRICS} order by position")
                .column(0)
                .to_pylist()
            ]
            for segment in segments:
                if segment not in known:
                    raise InputError(f"There is no segment `{segment}`. The segments are: {', '.join(known)}.")
            present = live.columns(marts.CUSTOMER_360)
            for column in columns:
                if column not in present:
                    raise InputError(f"customer_360 has no column `{column}`. It has: {', '.join(present)}.")
            chosen = ", ".join(f'"{column}"' for column in columns) or "*"
            places = ", ".join(f"${index}" for index in range(1, len(segments) + 1))
            where = f"segment in ({places})" if segments else "1 = 1"
            yield customers_in_order(live, chosen, where, tuple(segments))

    def _refuse_who_came_later(self, customer_id: int) -> None:
        with self._engine.live() as live:
            outside = live.query(
                "select customers.known_since, parameters.as_of"
                f" from {marts.DIM_CUSTOMERS} as customers cross join {marts.RUN_PARAMETERS} as parameters"
                f" left join {marts.FCT_CUSTOMER_RFM} as rfm on customers.customer_id = rfm.customer_id"
                " where customers.customer_id = $1 and rfm.customer_id is null",
                (customer_id,),
            ).to_pylist()
        for row in outside:
            raise InputError(
                f"Customer {customer_id} is first heard of on {row['known_since']}, and what is published is as of the"
                f" start of {row['as_of']}. Run with a later --as-of, or without one."
            )

    def _readings(self, text: str) -> list[tuple[str, tuple[object, ...]]]:
        """The meanings a text may have, likeliest first."""
        by_source = f"select customer_id from {marts.IDENTITY_MAP} where source_customer_id = $1"
        readings: list[tuple[str, tuple[object, ...]]] = []
        if "@" in text:
            readings.append((f"select customer_id from {marts.IDENTITY_MAP} where email = $1", (text.lower(),)))
            readings.append((f"select customer_id from {marts.DIM_CUSTOMERS} where email = $1", (text.lower(),)))
        if text.isdigit() and len(text) < 19:
            either = f"select customer_id from {marts.CUSTOMER_SEGMENTS} where customer_id = $2 union all {by_source}"
            redirected = (
                f"select redirected_to as customer_id from {catalog.IDENTITY_IDS.name}"
                " where customer_id = $1 and redirected_to is not null"
            )
            readings += [(either, (text, int(text))), (redirected, (int(text),))]
        readings.append((by_source, (text,)))
        source, separator, own = text.partition(":")
        if separator:
            readings.append((f"{by_source} and source = $2", (own, source)))
        number = _e164(text, self._shop.country)
        if number:
            readings.append((f"select customer_id from {marts.IDENTITY_MAP} where phone = $1", (number,)))
            readings.append((f"select customer_id from {marts.DIM_CUSTOMERS} where phone = $1", (number,)))
        return readings

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except self._engine.query_errors as error:
            raise InputError(f"{error}\nThe tables are listed by `regulars docs`.") from None


def _checked(live: Session, name: str) -> str:
    """A table's name, after a look that there is one, so that no text from outside becomes SQL."""
    for schema in ("", *catalog.SEARCH_PATH):
        qualified = name if not schema else f"{schema}.{name}"
        if "." in qualified and live.columns(qualified):
            return qualified
    raise InputError(f"There is no table `{name}`. `regulars docs` lists them.")


def _e164(text: str, country: str) -> str | None:
    import phonenumbers

    try:
        return str(phonenumbers.format_number(phonenumbers.parse(text, country), phonenumbers.PhoneNumberFormat.E164))
    except phonenumbers.NumberParseException:
        return None
