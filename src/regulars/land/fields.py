"""The mapped fields of a source as DuckDB SQL, typed and cleaned, and what refuses a row. Pure, like `conform`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from regulars.land import parse
from regulars.settings import ShopSettings
from regulars.source_settings import SourceSettings


@dataclass(frozen=True)
class Refusal:
    """Why a row is set aside: the field, the SQL condition, the reason, and what stood there."""

    field: str
    condition: str
    reason: str
    value: str
    is_required: bool


class Fields:
    """The mapped fields of one source, asked for by name and type; an unmapped one is null."""

    def __init__(self, fields: dict[str, str], source: SourceSettings, shop: ShopSettings) -> None:
        self.fields, self.source, self.shop = fields, source, shop

    def has(self, name: str) -> bool:
        """Whether the field is mapped."""
        return name in self.fields

    def raw(self, name: str) -> str:
        """The mapped expression, as text."""
        return f"cast(({self.fields[name]}) as varchar)"

    def text(self, name: str) -> str:
        """The field as clean text."""
        return parse.text(self.raw(name)) if self.has(name) else "cast(null as varchar)"

    def name(self, name: str) -> str:
        """The field as a person's or a place's name."""
        return parse.clean_name(self.raw(name)) if self.has(name) else "cast(null as varchar)"

    def identifier(self, name: str) -> str:
        """The field as an id."""
        return parse.identifier(self.raw(name)) if self.has(name) else "cast(null as varchar)"

    def word(self, name: str, otherwise: str) -> str:
        """The field as one of the words that are known for it."""
        words = _words()[name]
        return parse.word(self.raw(name), words, otherwise) if self.has(name) else "cast(null as varchar)"

    def number(self, name: str, kind: str) -> str:
        """The field as a number of this kind."""
        return parse.number(self.raw(name), kind, self.source.decimal) if self.has(name) else f"cast(null as {kind})"

    def moment(self, name: str, *, zoned: bool = True) -> str:
        """The field as a time on the shop's clock."""
        if not self.has(name):
            return "cast(null as timestamp)"
        zone = self.shop.timezone if zoned else "UTC"
        source_zone = self.source.timezone if zoned else None
        return parse.moment(self.raw(name), shop_zone=zone, source_zone=source_zone, formats=self.source.date_formats)

    def email(self) -> str:
        """The normalised e-mail."""
        return parse.email(self.raw("email")) if self.has("email") else "cast(null as varchar)"

    def phone(self) -> str:
        """The phone in E.164."""
        country = self.raw("country") if self.has("country") else None
        return (
            parse.phone(self.raw("phone"), self.shop.country, country) if self.has("phone") else "cast(null as varchar)"
        )

    def customer_key(self) -> str:
        """What says whose row it is: the source's id, else the e-mail, else the phone."""
        space = self.source.id_space
        prefix = f"{parse.quoted(space + ':')} || " if space else ""
        options = [f"{prefix}{self.identifier('customer_id')}"] if self.has("customer_id") else []
        options += [f"'email:' || {self.email()}"] if self.has("email") else []
        options += [f"'phone:' || {self.phone()}"] if self.has("phone") else []
        return f"coalesce({', '.join(options)})" if options else "cast(null as varchar)"

    def required(self, name: str) -> Refusal:
        """Refuses a row that lacks the field."""
        return Refusal(name, f"{name} is null", parse.quoted(f"{name} is missing"), "null", True)

    def typed(self, name: str, what: str, *, required: bool) -> list[Refusal]:
        """A value that is there must be of its type; a required one must be there."""
        if not self.has(name):
            return []
        text, wrong = f"raw_row_{name}", parse.quoted(f"{name} {what}")
        if required:
            reason = f"case when {text} is null then {parse.quoted(f'{name} is missing')} else {wrong} end"
            return [Refusal(name, f"{name} is null", reason, text, True)]
        return [Refusal(name, f"({name} is null and {text} is not null)", wrong, text, False)]

    def with_raw(self, *names: str) -> dict[str, str]:
        """The fields as received, for what is told of a refused row."""
        return {f"raw_row_{name}": self.text(name) for name in names if self.has(name)}


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("regulars.land") / "words.toml").read_text(encoding="utf-8"))
