"""The fields of a mapped table as SQL over `mapped_<field>` columns: typed by its warehouse, in the shapes of staging.

A table of the warehouse has types, so nothing is parsed: a time is a date or timestamp, an amount a number. Ids, texts,
e-mail addresses and phone numbers are brought into the shapes that landing gives them, for people are known by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from regulars.errors import SettingsError
from regulars.land import parse
from regulars.land.fields import NOT_DELETED
from regulars.land.table_dialects import Dialect
from regulars.settings import ShopSettings
from regulars.source_settings import SourceSettings

Kind = Literal["number", "fraction", "day", "time", "instant", "flag", "text", "nothing", "other"]

_NUMBERS = ("amount", "refunded_amount", "discount", "quantity", "unit_price", "income", "age")
_TIMES = ("ordered_at", "refund_date", "created_at", "birth_date", "occurred_at")
_WANTED: dict[str, tuple[str, tuple[Kind, ...], str]] = {
    **dict.fromkeys(_NUMBERS, ("a number", ("number", "fraction"), "cast({expression} as decimal(18, 2))")),
    **dict.fromkeys(_TIMES, ("a date or timestamp", ("day", "time", "instant"), "cast({expression} as timestamp)")),
}
_EMAIL = '^[^@ ,;<>"]+@[^@ ,;<>"]+[.][^@ ,;<>".]{2,}$'


def kind_of(type_: pa.DataType) -> Kind:
    """What a column of an Arrow type holds."""
    if pa.types.is_dictionary(type_):
        return kind_of(type_.value_type)
    if pa.types.is_null(type_):
        return "nothing"
    if pa.types.is_integer(type_) or pa.types.is_decimal(type_):
        return "number"
    if pa.types.is_floating(type_):
        return "fraction"
    if pa.types.is_date(type_):
        return "day"
    if pa.types.is_timestamp(type_):
        return "instant" if type_.tz else "time"
    if pa.types.is_boolean(type_):
        return "flag"
    if pa.types.is_nested(type_) or pa.types.is_binary(type_) or pa.types.is_large_binary(type_):
        return "other"
    return "text"


def refuse_wrong_kinds(source: str, fields: Mapping[str, str], types: Mapping[str, pa.DataType]) -> None:
    """Refuses expressions that give what the field cannot be.

    Raises:
        SettingsError: Some do; all of them at once.
    """
    problems = []
    for field, type_ in types.items():
        kind, expression = kind_of(type_), fields[field]
        what, kinds, cast = _WANTED.get(
            field, ("text, a number, a time or a flag", (), "cast({expression} as varchar)")
        )
        if kind == "other" or (kinds and kind not in (*kinds, "nothing")):
            repair = cast.format(expression=expression)
            problems.append(f"  {field} = {expression}: gives {type_} and must be {what}, e.g. {repair}")
    if problems:
        raise SettingsError(
            f"{len(problems)} field(s) of [sources.{source}.fields] have the wrong type:\n" + "\n".join(problems)
        )


@dataclass(frozen=True)
class TableFields:
    """The mapped fields of one table, asked for by name and type; an unmapped one is null."""

    kinds: Mapping[str, Kind]
    settings: SourceSettings
    shop: ShopSettings
    dialect: Dialect

    def has(self, name: str) -> bool:
        """Whether the field is mapped."""
        return name in self.kinds

    def text(self, name: str) -> str:
        """Trimmed text; empty becomes null."""
        if not self.has(name):
            return f"cast(null as {self.dialect.text})"
        return parse.text(f"cast(mapped_{name} as {self.dialect.text})")

    def identifier(self, name: str) -> str:
        """An id as text; one that came as a fraction is a whole number."""
        if self.has(name) and self.kinds[name] == "fraction":
            return f"cast(cast(mapped_{name} as bigint) as {self.dialect.text})"
        return self.text(name)

    def number(self, name: str, digits: int, places: int) -> str:
        """A decimal; what does not fit, and what is none, is null."""
        kind = f"decimal({digits}, {places})"
        if not self.has(name):
            return f"cast(null as {kind})"
        limit = 10 ** (digits - places) - 1
        return f"case when mapped_{name} > -{limit} and mapped_{name} < {limit} then cast(mapped_{name} as {kind}) end"

    def time(self, name: str, *, zoned: bool = True) -> str:
        """A time on the shop's clock; a day is that day, in whichever zone, and so is what is not zoned."""
        if not self.has(name):
            return f"cast(null as {self.dialect.kind('timestamp')})"
        kind, given, shop_zone = self.kinds[name], f"mapped_{name}", self.shop.timezone if zoned else "UTC"
        own_zone = self.settings.timezone if zoned else None
        value = f"cast({given} as {self.dialect.kind('timestamp')})"
        if kind == "instant":
            value = self.dialect.on_clock.format(zone=parse.quoted(shop_zone), time=given)
        elif kind == "time" and own_zone not in (None, shop_zone):
            zones = {"zone": parse.quoted(shop_zone), "from_zone": parse.quoted(str(own_zone))}
            value = self.dialect.moved.format(time=value, **zones)
        if kind == "nothing" or not self.dialect.finite:
            return value
        return f"case when {self.dialect.finite.format(time=given)} then {value} end"

    def prepared(self) -> dict[str, str]:
        """Columns that e-mail address and phone number are made of, so that each is worked out once."""
        columns: dict[str, str] = {}
        if self.has("email"):
            columns["ready_email"] = parse.email_text(f"cast(mapped_email as {self.dialect.text})")
        if self.has("phone"):
            columns["ready_digits"] = self.dialect.without(self.text("phone"), "[^0-9]")
            code, prefix = parse.dialling().get(self.shop.country, ("", ""))
            columns["ready_code"], columns["ready_prefix"] = parse.quoted(code), parse.quoted(prefix)
            if self.has("country"):
                # A text that is searched, for a case of two hundred countries takes a database seconds to read.
                listed = "".join(f"|{region}{pair[0]},{pair[1]}" for region, pair in parse.dialling().items())
                region = f"case when length({self.text('country')}) = 2 then upper({self.text('country')}) end"
                entry = f"split_part(split_part({parse.quoted(listed)}, '|' || {region}, 2), '|', 1)"
                for place, name in enumerate(("ready_code", "ready_prefix"), 1):
                    part = f"split_part({entry}, ',', {place})"
                    columns[name] = f"case when coalesce({entry}, '') = '' then {columns[name]} else {part} end"
        return columns

    def email(self) -> str:
        """The e-mail address in lower case; what is none is null."""
        if not self.has("email"):
            return self.text("email")
        return f"case when {self.dialect.matches('ready_email', _EMAIL)} then ready_email end"

    def phone(self) -> str:
        """The phone number in E.164 form; what has no length of one is null."""
        if not self.has("phone"):
            return self.text("phone")
        national = (
            "case when ready_prefix <> '' and ready_digits like ready_prefix || '%'"
            " then substr(ready_digits, length(ready_prefix) + 1) else ready_digits end"
        )
        for_both = self.dialect.matches("ready_digits", f"^({parse.CODES_WITH_ZERO})0")
        full = (
            f"case when {self.text('phone')} like '+%' then case when {for_both}"
            " then substr(ready_digits, 1, 2) || substr(ready_digits, 4) else ready_digits end"
            f" when ready_digits like '00%' then substr(ready_digits, 3) else ready_code || {national} end"
        )
        return f"case when length({full}) between 8 and 15 then '+' || {full} end"

    def word(self, name: str, words: Mapping[str, list[str]], otherwise: str) -> str:
        """What a word means; an unknown one is `otherwise`."""
        if not self.has(name):
            return self.text(name)
        return parse.word(f"cast(mapped_{name} as {self.dialect.text})", words, otherwise)

    def is_deleted(self) -> str:
        """Whether the record is deleted: by a flag, a number or a word, or by a time, which must be there."""
        if not self.has("deleted"):
            return "false"
        kind = self.kinds["deleted"]
        if kind == "flag":
            return "coalesce(mapped_deleted, false)"
        if kind in ("number", "fraction"):
            return "coalesce(mapped_deleted <> 0, false)"
        if kind == "text":
            living = ", ".join(map(parse.quoted, NOT_DELETED))
            return f"coalesce(lower({self.text('deleted')}) not in ({living}), false)"
        return "mapped_deleted is not null"
