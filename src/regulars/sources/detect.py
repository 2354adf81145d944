"""Which entity a delivery's rows are, and which column is which field: by preset, synonyms and settings."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from collections.abc import Mapping as Fields
from dataclasses import dataclass, field
from difflib import get_close_matches

import pyarrow as pa
import pyarrow.compute as pc

from regulars.errors import InputError, SettingsError
from regulars.source_settings import Entity, SourceSettings
from regulars.sources.expressions import check_expressions, quoted
from regulars.sources.preset import ROW_FIELDS, Preset, normalised, shipped_presets, synonyms

REQUIRED: dict[Entity, tuple[str, ...]] = {
    "customers": ("customer_id",),
    "orders": ("order_id", "ordered_at", "amount"),
    "order_lines": ("order_id", "ordered_at", "quantity", "unit_price"),
    "events": ("occurred_at", "event_type"),
}
_WHOSE = ("customer_id", "email", "phone")
_DATES = ("ordered_at", "created_at", "occurred_at", "birth_date", "refund_date")
_SOURCE_NAME = re.compile(r"^[a-z][a-z0-9_]{0,50}$")


@dataclass(frozen=True)
class Mapping:
    """How a source's columns become an entity's fields; `fields` are DuckDB expressions over the columns."""

    source: str
    preset: str | None
    entity: Entity
    fields: dict[str, str]
    date_formats: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


def detect(
    columns: Sequence[str], sample: pa.Table, name: str, source: str | None = None, hints: SourceSettings | None = None
) -> Mapping:
    """Finds the mapping of a delivery.

    Args:
        columns: Its columns.
        sample: Its first rows.
        name: What people call it, for messages.
        source: The source it belongs to, when that is known.
        hints: That source's settings.

    Raises:
        InputError: A required field has no column, or the dates are month first.
        SettingsError: The source's name, preset or fields do not fit.
    """
    hints = hints or SourceSettings()
    if source is not None:
        refuse_odd_name(source)
    preset = _preset(columns, hints, source)
    if preset is None and hints.entity is None:
        _refuse_near_miss(columns, name, source or _entity(columns, hints))
    entity = hints.entity or (preset.entity if preset else _entity(columns, hints))
    if preset and preset.entity == entity:
        known = _by_preset(columns, preset, hints, name, source or preset.source)
    else:
        preset, known = None, _by_synonyms(columns, entity)
    refuse_unknown_fields(hints.fields, entity, source or entity)
    fields = {**known, **hints.fields}
    check_expressions(columns, hints.fields, source or entity)
    about = f" {preset.about}" if preset else ""
    refuse_if_missing(columns, fields, entity, name, source or (preset.source if preset else entity), about)
    formats = tuple(hints.date_formats) or (preset.date_formats if preset else ())
    used = " ".join(fields.values())
    mapping = Mapping(
        source=source or (preset.source if preset else entity),
        preset=preset.name if preset else None,
        entity=entity,
        fields=fields,
        date_formats=formats,
        unmapped=tuple(column for column in columns if quoted(column) not in used),
    )
    if not hints.date_formats:
        is_month_first = any(each.startswith("%m/") for each in formats)
        mapping.notes.extend(_date_notes(sample, fields, name, mapping.source, is_month_first))
    return mapping


def refuse_odd_name(source: str) -> None:
    """Refuses a name that cannot be one of a source.

    Raises:
        SettingsError: It is one.
    """
    if not _SOURCE_NAME.match(source):
        raise SettingsError(f"`{source}` cannot name a source. Use small letters, digits and _, such as web_shop.")


def likely_source(columns: Sequence[str]) -> str:
    """The source that a delivery belongs to, by its columns alone."""
    preset = _preset(columns, SourceSettings(), None)
    return preset.source if preset else _entity(columns, SourceSettings())


def _toml(text: str) -> str:
    """Text as TOML, in single quotes where that can be."""
    return json.dumps(text, ensure_ascii=False) if "'" in text or "\n" in text else f"'{text}'"


def _preset(columns: Sequence[str], hints: SourceSettings, source: str | None) -> Preset | None:
    if hints.preset is None:
        return next((preset for preset in shipped_presets().values() if preset.fits(columns)), None)
    preset = shipped_presets().get(hints.preset)
    if preset is None:
        raise SettingsError(
            f"sources.{source}.preset `{hints.preset}` is not known. There are: {', '.join(shipped_presets())}."
        )
    return preset


def _by_preset(columns: Sequence[str], preset: Preset, hints: SourceSettings, name: str, source: str) -> dict[str, str]:
    """The preset's fields over the file's columns; those that the settings map themselves may lack theirs.

    Raises:
        InputError: The file lacks a column that every such export has.
    """
    fields, lacking = preset.mapped(columns)
    needed = [(column, field) for column, field in lacking if field not in hints.fields]
    if needed:
        column, field = needed[0]
        raise InputError(
            f"{name} is read as {preset.title} and has no column {column}, which says its {field}."
            f" It has: {', '.join(columns)}.{_guess(column, columns)} Export it again with that column, or say"
            f" under [sources.{source}.fields] in regulars.toml where {field} stands."
        )
    return fields


def _refuse_near_miss(columns: Sequence[str], name: str, source: str) -> None:
    """Refuses a known export with a column renamed or missing, of which rows would be read for what they are not.

    Raises:
        InputError: The file is that.
    """
    for preset in shipped_presets().values():
        if preset.nearly_fits(columns):
            [missing] = (each.replace("|", " or ") for each in preset.lacks(columns))
            raise InputError(
                f"{name} looks like {preset.title}, but has no column {missing}. It has: {', '.join(columns)}."
                f"{_guess(missing, columns)} Export it again with that column: without it, not every row of it would"
                f" be read for what it is. If it is another kind of file, say so in regulars.toml:"
                f' [sources.{source}] entity = "{preset.entity}".'
            )


def _nearest(wanted: str, columns: Sequence[str]) -> str | None:
    near = get_close_matches(normalised(wanted), [normalised(c) for c in columns], n=1, cutoff=0.5)
    return next((c for c in columns if near and normalised(c) == near[0]), None)


def _guess(wanted: str, columns: Sequence[str]) -> str:
    nearest = _nearest(wanted, columns)
    return f" The nearest is {nearest}." if nearest else ""


def columns_by_synonyms(columns: Sequence[str], entity: Entity) -> dict[str, str]:
    """Each field's best column; a column serves one field."""
    by_header: dict[str, str] = {}
    for column in columns:
        by_header.setdefault(normalised(column), column)
    fields: dict[str, str] = {}
    for name, headers in synonyms()[entity].items():
        free = [header for header in headers if header in by_header and by_header[header] not in fields.values()]
        if free:
            fields[name] = by_header[free[0]]
    return fields


def _by_synonyms(columns: Sequence[str], entity: Entity) -> dict[str, str]:
    return {name: quoted(column) for name, column in columns_by_synonyms(columns, entity).items()}


def _entity(columns: Sequence[str], hints: SourceSettings) -> Entity:
    """Lines when there are quantity and price, else orders, events, customers: the first that lacks nothing."""

    def lacking(entity: Entity) -> int:
        fields = {**_by_synonyms(columns, entity), **hints.fields}
        return len([field for field in REQUIRED[entity] if field not in fields])

    kinds: tuple[Entity, ...] = ("order_lines", "orders", "events", "customers")
    complete = [entity for entity in kinds if lacking(entity) == 0]
    if complete and complete[0] != "customers":
        return complete[0]
    # A list of customers may have an id and the time it was made, but no amounts and no ids of orders: a list that has
    # dates and either of these is one of orders that lacks a column, and must not pass as one of customers; nor must
    # one of amounts in a currency, or with what was refunded of them.
    of_orders = {field: normalised(column) for field, column in _by_synonyms(columns, "orders").items()}
    is_dated = of_orders.get("ordered_at", "createdat") not in ("createdat", "created")
    is_money = "amount" in of_orders and ("currency" in of_orders or "refunded_amount" in of_orders)
    if is_money or (is_dated and ("amount" in of_orders or of_orders.get("order_id", "id") != "id")):
        return "orders"
    return complete[0] if complete else min(("orders", "customers", "order_lines"), key=lacking)


def refuse_unknown_fields(fields: Collection[str], entity: Entity, source: str) -> None:
    """Refuses a mapping of what the entity does not have.

    Raises:
        SettingsError: It names such a field.
    """
    has = (*synonyms()[entity], *ROW_FIELDS)
    unknown = [field for field in fields if field not in has]
    if unknown:
        raise SettingsError(
            f"[sources.{source}.fields] names {', '.join(unknown)}, which {entity} do not have."
            f" They have: {', '.join(has)}."
        )


def refuse_if_missing(
    columns: Sequence[str],
    fields: Fields[str, str],
    entity: Entity,
    name: str,
    source: str,
    about: str = "",
    *,
    can_make_ids: bool = True,
) -> None:
    """Refuses a mapping without a field that the entity must have.

    Raises:
        InputError: It lacks one; the message names the columns and the nearest of them.
    """
    missing = [field for field in REQUIRED[entity] if field not in fields]
    has = f"It has: {', '.join(columns)}."
    if not missing and entity == "orders" and not any(field in fields for field in _WHOSE):
        raise InputError(
            f"{name} says of no order whose it is: it has none of customer_id, email and phone. {has}{about}"
            f" Map one under [sources.{source}.fields] in regulars.toml."
        )
    if not missing:
        return
    wanted = missing[0]
    nearest = _nearest(wanted, columns)
    guess = _guess(wanted, columns)
    example = quoted(nearest or next(iter(columns), "its column"))
    repair = f" Map it in regulars.toml under [sources.{source}.fields], e.g. {wanted} = {_toml(example)}."
    if entity == "orders" and missing == ["order_id"] and can_make_ids:
        repair += (
            ' If each row is an order and has no id, write order_id = "row_content": ids are then made from the rows.'
        )
    raise InputError(f"Column {', '.join(missing)} is missing from {name}, read as {entity}. {has}{guess}{repair}")


def _date_notes(sample: pa.Table, fields: dict[str, str], name: str, source: str, is_month_first: bool) -> list[str]:
    """Slashes are read day first, or as the preset says; refuses a file that shows them to be the other way round.

    Raises:
        InputError: Many dates can only be the other way round, and none can only be the way they are read.
    """
    read, other = ("month", "day") if is_month_first else ("day", "month")
    formats = "%d/%m/%Y" if is_month_first else "%m/%d/%Y"
    for column in _date_columns(sample, fields):
        texts = pc.drop_null(sample.column(column))
        slashed = texts.filter(pc.match_substring_regex(texts, r"^\s*\d{1,2}/\d{1,2}/\d{2,4}"))
        if len(slashed) == 0:
            continue
        month_first = pc.sum(pc.match_substring_regex(slashed, r"^\s*\d{1,2}/(1[3-9]|[23]\d)/")).as_py()
        day_first = pc.sum(pc.match_substring_regex(slashed, r"^\s*(1[3-9]|[23]\d)/")).as_py()
        right, wrong = (month_first, day_first) if is_month_first else (day_first, month_first)
        if wrong > len(slashed) * 0.2 and not right:
            raise InputError(
                f"{name} writes dates {other} first in {column} ({slashed[0]}), and slashes are read {read} first. Say"
                f' so in regulars.toml: [sources.{source}] date_formats = ["{formats} %H:%M", "{formats} %H:%M:%S",'
                f' "{formats}"].'
            )
        if not is_month_first and not month_first and not day_first:
            return [f"dates such as {slashed[0]} in {column} are read day first; set date_formats if they are not"]
    return []


def _date_columns(sample: pa.Table, fields: dict[str, str]) -> list[str]:
    """The columns that dates are read from, also inside an expression."""
    used = [fields[date] for date in _DATES if date in fields]
    return [column for column in sample.column_names if any(quoted(column) in expression for expression in used)]
