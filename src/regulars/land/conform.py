"""Mapped raw rows -> typed rows of one entity, and the rows that cannot be typed with the reason.

Pure: it builds DuckDB SQL and runs nothing. Each raw row comes out of exactly one of the two statements.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from regulars import catalog
from regulars.land import parse
from regulars.land.fields import DELETED, SET_ASIDE, TIMEZONE, Fields, Refusal
from regulars.settings import ShopSettings
from regulars.source_settings import Entity, SourceSettings

ROW_CONTENT = "row_content"
_OF_NO_COLUMN = (SET_ASIDE, TIMEZONE, DELETED)


@dataclass(frozen=True)
class Conformer:
    """The statements that conform one load of one source."""

    entity: Entity
    source: str
    load_id: int
    table: catalog.Table
    typed: str
    refusals: tuple[Refusal, ...]

    def staged_sql(self) -> str:
        """Selects every row, typed, in the order of the staging table; what could not be typed is null."""
        return f"select {', '.join(self.table.column_names)} from ({self.typed}) typed"

    def suspicion_sql(self) -> str:
        """Asks whether any staged row of the load must be refused: far cheaper than asking each row why.

        A required field is null, or a field has fewer values in staging than there are texts in raw.
        """
        rows = f"from {self.table.name} where source = {parse.quoted(self.source)} and _load_id = {self.load_id}"
        missing = " or ".join(f"{r.field} is null" for r in self.refusals if r.is_required)
        doubts = [f"exists (select 1 {rows} and ({missing}))"]
        for special in (r for r in self.refusals if r.field in _OF_NO_COLUMN):
            doubts.append(f"exists (select 1 from ({self.typed}) typed where {special.condition})")
        for field in dict.fromkeys(r.field for r in self.refusals if not r.is_required):
            if field in _OF_NO_COLUMN:
                continue
            texts = f"select count(raw_row_{field}) from ({self.typed}) typed"
            doubts.append(f"({texts}) <> (select count({field}) {rows})")
        return f"select {' or '.join(doubts)} as is_suspect"

    def rejected_sql(self) -> str:
        """Selects the rows to refuse as `staging.rejected_rows`, each with its first reason."""
        choose: dict[str, Callable[[Refusal], str]] = {
            "field": lambda r: parse.quoted(r.field),
            "reason": lambda r: r.reason,
            "value": lambda r: r.value,
        }
        cases = ", ".join(
            f"case {' '.join(f'when {r.condition} then {pick(r)}' for r in self.refusals)} end as {name}"
            for name, pick in choose.items()
        )
        return (
            f"select * from (select source, _load_id as load_id, _row as row_number, {cases}, payload"
            f" from ({self.typed}) typed) where field is not null"
        )


def conformer(
    source: str,
    raw_table: str,
    load_id: int,
    entity: Entity,
    fields: Mapping[str, str],
    source_settings: SourceSettings,
    shop: ShopSettings,
) -> Conformer:
    """Builds the statements for one load.

    Args:
        source: Name of the source.
        raw_table: Its raw table, as SQL, of which `load_id` says the rows.
        entity: What its rows are.
        fields: Expression over the raw columns per mapped field; `order_id = "row_content"` makes ids from the rows,
            `set_aside` gives a reason for rows that are none of the entity, `timezone` the zone of a row's times, and
            `deleted` says which records are deleted at the source.
        source_settings: Formats, decimal sign, zone and id space of the source.
        shop: The shop's zone and home country.
    """
    build = Fields(dict(fields), source_settings, shop)
    columns, refusals = _ENTITIES[entity](build)
    columns |= build.with_raw(SET_ASIDE, TIMEZONE)
    refusals = [*build.outside(_RECORD_ID[entity]), *refusals]
    columns |= {"source": parse.quoted(source), "_load_id": "_load_id", "_row": "_row", "payload": "to_json(raw_row)"}
    projection = ", ".join(f"{expression} as {name}" for name, expression in columns.items())
    typed = f"select {projection} from {raw_table} as raw_row where _load_id = {load_id}"
    if fields.get("order_id") == ROW_CONTENT:
        typed = _ids_from_content(typed)
    if entity in ("orders", "order_lines"):
        typed = f"select *, cast(ordered_at as date) as order_date from ({typed}) timed"
    if entity == "order_lines" and build.has(DELETED):
        # An order is cancelled when nothing of it is left; while some lines are, it is those.
        lives = "bool_or(not raw_row_is_deleted) over (partition by order_id)"
        typed = f"select *, raw_row_is_deleted and {lives} as raw_row_left_out from ({typed}) whole"
    return Conformer(entity, source, load_id, catalog.STAGED[entity], typed, tuple(refusals))


_NO_DATE = "is no date in a known format; day first with slashes, month first with dashes, or set date_formats"
_NO_NUMBER = "is no number that fits; set decimal if the comma is the decimal sign"
_LINE_GONE = "the line was deleted at the source, and others of its order were not"
_EVENT_GONE = "the event was deleted at the source, and has no event_id that an earlier one could be known by"
_Conformed = tuple[dict[str, str], list[Refusal]]


def _customers(f: Fields) -> _Conformed:
    address = f.email()
    columns = {
        "source_customer_id": f.identifier("customer_id"),
        "customer_key": f.customer_key(),
        "email": address,
        "phone": f.phone(),
        "is_email_malformed": f"{f.text('email')} is not null and {address} is null" if f.has("email") else "false",
        "first_name": f.name("first_name"),
        "last_name": f.name("last_name"),
        "full_name": f.name("full_name"),
        "gender": f.word("gender", "{value}"),
        "birth_date": f"cast({f.moment('birth_date', zoned=False)} as date)",
        "age": f"cast({f.number('age', 'decimal(9,2)')} as integer)",
        "income": f.number("income", "decimal(18,2)"),
        "address": f.text("address"),
        "city": f.name("city"),
        "postcode": f"upper({f.text('postcode')})",
        "country": f.text("country"),
        "created_at": f.moment("created_at"),
        "consent": f"cast({f.word('consent', 'null')} as boolean)",
        "is_deleted": f.is_deleted(),
        **f.with_raw("birth_date", "age", "income", "created_at"),
    }
    refusals = [
        f.required("source_customer_id"),
        *f.typed("birth_date", _NO_DATE, required=False),
        *f.typed("age", _NO_NUMBER, required=False),
        *f.typed("income", _NO_NUMBER, required=False),
        *f.typed("created_at", _NO_DATE, required=False),
    ]
    return columns, refusals


def _orders(f: Fields) -> _Conformed:
    columns = {
        "order_id": f.identifier("order_id") if f.fields.get("order_id") != ROW_CONTENT else "cast(null as varchar)",
        "customer_key": f.customer_key(),
        "email": f.email(),
        "phone": f.phone(),
        "ordered_at": f.moment("ordered_at"),
        "amount": f.number("amount", "decimal(18,2)"),
        "currency": f"upper({f.text('currency')})",
        "status": f.status(),
        "store": f.text("store"),
        "refunded_amount": f.number("refunded_amount", "decimal(18,2)"),
        "refund_date": f"cast({f.moment('refund_date')} as date)",
        "discount": f.number("discount", "decimal(18,2)"),
        **f.with_raw("ordered_at", "amount", "refunded_amount", "refund_date", "discount"),
    }
    refusals = [
        *f.typed("ordered_at", _NO_DATE, required=True),
        *f.typed("amount", _NO_NUMBER, required=True),
        *f.typed("refunded_amount", _NO_NUMBER, required=False),
        *f.typed("refund_date", _NO_DATE, required=False),
        *f.typed("discount", _NO_NUMBER, required=False),
        f.required("order_id"),
    ]
    return columns, refusals


def _order_lines(f: Fields) -> _Conformed:
    columns = {
        "order_id": f.identifier("order_id"),
        "customer_key": f.customer_key(),
        "email": f.email(),
        "phone": f.phone(),
        "ordered_at": f.moment("ordered_at"),
        "quantity": f.number("quantity", "decimal(18,4)"),
        "unit_price": f.number("unit_price", "decimal(18,4)"),
        "product_id": f.text("product_id"),
        "product_name": f.text("product_name"),
        "country": f.text("country"),
        "store": f.text("store"),
        "currency": f"upper({f.text('currency')})",
        "status": f.status(),
        "raw_row_is_deleted": f.is_deleted(),
        **f.with_raw("ordered_at", "quantity", "unit_price"),
    }
    gone = Refusal(DELETED, "raw_row_left_out", parse.quoted(_LINE_GONE), "order_id", False)
    refusals = [
        *([gone] if f.has(DELETED) else []),
        f.required("order_id"),
        *f.typed("ordered_at", _NO_DATE, required=True),
        *f.typed("quantity", _NO_NUMBER, required=True),
        *f.typed("unit_price", _NO_NUMBER, required=True),
    ]
    return columns, refusals


def _events(f: Fields) -> _Conformed:
    columns = {
        "event_id": f.identifier("event_id"),
        "occurred_at": f.moment("occurred_at"),
        "event_type": f.text("event_type"),
        "customer_key": f.customer_key(),
        "email": f.email(),
        "properties": f.text("properties"),
        "is_deleted": f.is_deleted(),
        **f.with_raw("occurred_at"),
    }
    gone = Refusal(DELETED, "is_deleted and event_id is null", parse.quoted(_EVENT_GONE), "null", False)
    refusals = [*f.typed("occurred_at", _NO_DATE, required=True), f.required("event_type")]
    return columns, [*([gone] if f.has(DELETED) else []), *refusals]


_RECORD_ID = {
    "customers": "source_customer_id", "orders": "order_id", "order_lines": "order_id", "events": "event_id"
}  # fmt: skip
_ENTITIES = {"customers": _customers, "orders": _orders, "order_lines": _order_lines, "events": _events}


def _ids_from_content(typed: str) -> str:
    """Gives each order an id made from customer, time, amount and how often that came before.

    So files without ids land once. Rows refused for their time or amount get one too, to be refused for that alone.
    """
    parts = ("customer_key", "cast(ordered_at as varchar)", "cast(amount as varchar)")
    content = " || '|' || ".join(f"coalesce({part}, '')" for part in parts)
    return (
        f"select * replace (md5(content || '|' ||"
        f" cast(row_number() over (partition by content order by _row) as varchar))"
        f" as order_id) from (select *, {content} as content from ({typed}) unidentified) identified"
    )
