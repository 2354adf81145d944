"""A mapped table -> the SQL of its typed rows, and of those that cannot be used with the reason.

Pure: it builds SQL of the table's own warehouse and runs nothing. Nothing is copied: the rows lie where they lie, and
each comes out of exactly one of the two selections.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from regulars import catalog
from regulars.land.fields import DELETED, SET_ASIDE, words
from regulars.land.parse import quoted
from regulars.land.table_dialects import Dialect
from regulars.land.table_fields import Kind, TableFields
from regulars.settings import ShopSettings
from regulars.source_settings import Entity, SourceSettings

RECORD_ID = {"customers": "source_customer_id", "orders": "order_id", "order_lines": "order_id", "events": "event_id"}
_NEWEST = {"customers": "created_at", "orders": "ordered_at", "order_lines": "ordered_at", "events": "occurred_at"}
_LINE_GONE = "the line was deleted at the source, and others of its order were not"


@dataclass(frozen=True)
class Refusal:
    """Why a row is set aside: the field, the condition that holds then, the reason and what stood there, as SQL."""

    field: str
    condition: str
    reason: str
    value: str


@dataclass(frozen=True)
class TableSql:
    """The statements of one mapped table; `typed` selects every row of it, in the shape of staging and as it came.

    `forgotten` is the condition of rows of erased persons, over the columns of staging: nothing is said of those.
    """

    entity: Entity
    typed: str
    refusals: tuple[Refusal, ...]
    load_id: int
    dialect: Dialect
    forgotten: str = "false"

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """The columns of staging and their types."""
        return tuple((name, kind.removesuffix(" default false")) for name, kind in catalog.STAGED[self.entity].columns)

    @property
    def record_id(self) -> str:
        """The column that knows a record."""
        return RECORD_ID[self.entity]

    def kept(self) -> str:
        """Selects the rows that are used, as staging has them. A deleted customer or event is none of them."""
        given = {"_load_id": str(self.load_id), "_row": "null"}
        columns = ", ".join(
            f"cast({given.get(name, name)} as {self.dialect.kind(kind)}) as {name}" for name, kind in self.columns
        )
        is_living = " and not is_deleted" if "is_deleted" in dict(self.columns) else ""
        return (
            f"select {columns} from ({self.typed}) typed where not ({self._is_refused()}){is_living}"
            f" and not {self.forgotten}"
        )

    def stamp(self) -> str:
        """Selects one row: how many rows there are, how many are used and set aside, and the newest time among them.

        Every field is counted, so that an expression that fails on some row fails here.
        """
        refused = self._is_refused()
        fields = ", ".join(f"count({name}) as of_{name}" for name, _ in self.columns if not name.startswith("_"))
        return (
            f"select count(*) as all_rows, count(*) filter (where ({refused}) and not {self.forgotten}) as rejected,"
            f" count(*) filter (where {self.forgotten}) as forgotten,"
            f" max(case when not ({refused}) then {_NEWEST[self.entity]} end) as newest, {fields}"
            f" from ({self.typed}) typed"
        )

    def repeated(self) -> str:
        """Selects the first few ids that more than one used row has."""
        return (
            f"select {self.record_id} as record_id, count(*) as rows from ({self.kept()}) kept"
            f" where {self.record_id} is not null group by {self.record_id} having count(*) > 1"
            f" order by {self.record_id} limit 3"
        )

    def set_aside(self, most: int) -> str:
        """Selects rows that are set aside: the field, the reason, what stood there, and the id of the record."""
        pick: dict[str, Callable[[Refusal], str]] = {
            "field": lambda r: quoted(r.field),
            "reason": lambda r: r.reason,
            "value": lambda r: r.value,
        }
        cases = ", ".join(
            f"case {' '.join(f'when {r.condition} then {choose(r)}' for r in self.refusals)} end as {name}"
            for name, choose in pick.items()
        )
        return (
            f"select {cases}, {self.record_id} as payload from ({self.typed}) typed"
            f" where ({self._is_refused()}) and not {self.forgotten} order by field, payload limit {most}"
        )

    def _is_refused(self) -> str:
        return " or ".join(f"({refusal.condition})" for refusal in self.refusals)


def table_sql(
    source: str,
    relation: str,
    entity: Entity,
    fields: Mapping[str, str],
    kinds: Mapping[str, Kind],
    settings: SourceSettings,
    shop: ShopSettings,
    dialect: Dialect,
    load_id: int = 0,
) -> TableSql:
    """Builds the statements of one table.

    Args:
        source: Name of the source.
        relation: The table, as SQL.
        entity: What its rows are.
        fields: Expression over the table's columns per mapped field, in the SQL of its warehouse.
        kinds: What each expression gives.
        settings: Zone and id space of the source.
        shop: The shop's zone and home country.
        dialect: The SQL of the warehouse.
        load_id: What its rows have in the place of a load's number.
    """
    build = TableFields(kinds, settings, shop, dialect)
    columns, refusals = _ENTITIES[entity](build)
    if build.has(SET_ASIDE):
        reason = build.text(SET_ASIDE)
        refusals.insert(0, Refusal(SET_ASIDE, f"{reason} is not null", reason, RECORD_ID[entity]))
    columns["source"] = quoted(source)
    columns["ready_customer_id"] = build.identifier("customer_id")
    mapped = ", ".join(f"({expression}) as mapped_{name}" for name, expression in fields.items())
    projection = ", ".join(f"{expression} as {name}" for name, expression in columns.items())
    prepared = "".join(f", {expression} as {name}" for name, expression in build.prepared().items())
    given = f"select given.*{prepared} from (select {mapped} from {relation}) given"
    typed = f"select mapped.*, {projection} from ({given}) mapped"
    later = {"customer_key": _customer_key(settings.id_space, columns)}
    if entity in ("orders", "order_lines"):
        later["order_date"] = "cast(ordered_at as date)"
    if entity == "order_lines" and build.has(DELETED):
        # An order is cancelled when nothing of it is left; while some lines are, it is those.
        later["is_left_out"] = "line_is_deleted and not bool_and(line_is_deleted) over (partition by order_id)"
        refusals.append(Refusal(DELETED, "is_left_out", quoted(_LINE_GONE), "order_id"))
    typed = (
        f"select identified.*, {', '.join(f'{sql} as {name}' for name, sql in later.items())} from ({typed}) identified"
    )
    return TableSql(entity, typed, tuple(refusals), load_id, dialect)


_Shaped = tuple[dict[str, str], list[Refusal]]


def _customers(f: TableFields) -> _Shaped:
    columns = {
        "source_customer_id": f.identifier("customer_id"),
        "email": f.email(),
        "phone": f.phone(),
        "is_email_malformed": f"{f.text('email')} is not null and {f.email()} is null",
        **{name: f.text(name) for name in ("first_name", "last_name", "full_name", "address", "city", "country")},
        "gender": f.word("gender", words()["gender"], "{value}"),
        "birth_date": f"cast({f.time('birth_date', zoned=False)} as date)",
        "age": f"cast(round({f.number('age', 9, 2)}, 0) as integer)",
        "income": f.number("income", 18, 2),
        "postcode": f"upper({f.text('postcode')})",
        "created_at": f.time("created_at"),
        "consent": f"cast({f.word('consent', words()['consent'], 'null')} as boolean)",
        "is_deleted": f.is_deleted(),
    }
    optional = [
        *_optional(f, "age", "income", what=_NO_NUMBER),
        *_optional(f, "birth_date", "created_at", what=_NO_TIME),
    ]
    return columns, [_required(f, "customer_id", "source_customer_id"), *optional]


def _orders(f: TableFields) -> _Shaped:
    columns = {
        "order_id": f.identifier("order_id"),
        "email": f.email(),
        "phone": f.phone(),
        "ordered_at": f.time("ordered_at"),
        "amount": f.number("amount", 18, 2),
        "currency": f"upper({f.text('currency')})",
        "status": _status(f),
        "store": f.text("store"),
        "refunded_amount": f.number("refunded_amount", 18, 2),
        "refund_date": f"cast({f.time('refund_date')} as date)",
        "discount": f.number("discount", 18, 2),
    }
    refusals = [_required(f, "ordered_at", what=_NO_TIME), _required(f, "amount", what=_NO_NUMBER)]
    refusals += _optional(f, "refunded_amount", "discount", what=_NO_NUMBER)
    return columns, [*refusals, *_optional(f, "refund_date", what=_NO_TIME), _required(f, "order_id")]


def _order_lines(f: TableFields) -> _Shaped:
    columns = {
        "order_id": f.identifier("order_id"),
        "email": f.email(),
        "phone": f.phone(),
        "ordered_at": f.time("ordered_at"),
        "quantity": f.number("quantity", 18, 4),
        "unit_price": f.number("unit_price", 18, 4),
        **{name: f.text(name) for name in ("product_id", "product_name", "country", "store")},
        "currency": f"upper({f.text('currency')})",
        "status": _status(f),
        "line_is_deleted": f.is_deleted(),
    }
    numbers = [_required(f, name, what=_NO_NUMBER) for name in ("quantity", "unit_price")]
    return columns, [_required(f, "order_id"), _required(f, "ordered_at", what=_NO_TIME), *numbers]


def _events(f: TableFields) -> _Shaped:
    columns = {
        "event_id": f.identifier("event_id"),
        "occurred_at": f.time("occurred_at"),
        "event_type": f.text("event_type"),
        "email": f.email(),
        "phone": f.phone(),
        "properties": f.text("properties"),
        "is_deleted": f.is_deleted(),
    }
    return columns, [_required(f, "occurred_at", what=_NO_TIME), _required(f, "event_type")]


_NO_NUMBER = "is no number that fits"
_NO_TIME = "is no time that fits"
_ENTITIES = {"customers": _customers, "orders": _orders, "order_lines": _order_lines, "events": _events}


def _status(f: TableFields) -> str:
    word = f"lower({f.text('status')})"
    return f"case when {f.is_deleted()} then 'cancelled' else {word} end" if f.has(DELETED) else word


def _required(f: TableFields, field: str, column: str | None = None, what: str = "is empty") -> Refusal:
    """A value must be there, and fit."""
    missing, wrong = quoted(f"{field} is missing"), quoted(f"{field} {what}")
    reason = f"case when mapped_{field} is null then {missing} else {wrong} end"
    return Refusal(field, f"{column or field} is null", reason, f.text(field))


def _optional(f: TableFields, *fields: str, what: str) -> list[Refusal]:
    """A value that is there must fit."""
    return [
        Refusal(name, f"{name} is null and mapped_{name} is not null", quoted(f"{name} {what}"), f.text(name))
        for name in fields
        if f.has(name)
    ]


def _customer_key(id_space: str, columns: Mapping[str, str]) -> str:
    """Whose the row is: by id, else by e-mail, else by phone."""
    prefix = f"{quoted(id_space + ':')} || " if id_space else ""
    options = [f"{prefix}ready_customer_id", "'email:' || email"]
    options += ["'phone:' || phone"] if "phone" in columns else []
    return f"coalesce({', '.join(options)})"
