"""The mapped fields of one source as SQL, asked for by name and type, and why a row is refused for one of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from regulars.land import parse
from regulars.settings import ShopSettings
from regulars.source_settings import SourceSettings

# Fields of every entity that say how a row is read, and are no columns of staging.
SET_ASIDE = "set_aside"
TIMEZONE = "timezone"
DELETED = "deleted"
# What a column says that is a flag, or a time that MySQL leaves at zero, of a record that is not deleted.
NOT_DELETED = ("false", "f", "no", "n", "0", "0.0", "0000-00-00", "0000-00-00 00:00:00")
_NO_ZONE = "its time zone is not known for certain; set timezone, which is then that of all its rows"


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
        """Its expression as text, just as it came."""
        return f"cast(({self.fields[name]}) as varchar)"

    def text(self, name: str) -> str:
        """Trimmed text."""
        return parse.text(self.raw(name)) if self.has(name) else "cast(null as varchar)"

    def name(self, name: str) -> str:
        """A name or place, cleaned."""
        return parse.clean_name(self.raw(name)) if self.has(name) else "cast(null as varchar)"

    def identifier(self, name: str) -> str:
        """An id as text."""
        return parse.identifier(self.raw(name)) if self.has(name) else "cast(null as varchar)"

    def word(self, name: str, otherwise: str) -> str:
        """What a word means; an unknown one is `otherwise`."""
        meanings = words()[name]
        return parse.word(self.raw(name), meanings, otherwise) if self.has(name) else "cast(null as varchar)"

    def number(self, name: str, kind: str) -> str:
        """A decimal of the SQL type `kind`."""
        return parse.number(self.raw(name), kind, self.source.decimal) if self.has(name) else f"cast(null as {kind})"

    def moment(self, name: str, *, zoned: bool = True) -> str:
        """A time on the shop's clock; one that is not zoned stays as written."""
        if not self.has(name):
            return "cast(null as timestamp)"
        zone = self.shop.timezone if zoned else "UTC"
        source_zone = self.source.timezone if zoned else None
        # The zone that the user sets wins: it repairs exports whose letters mean several zones.
        is_named = zoned and self.has(TIMEZONE) and not source_zone
        return parse.moment(
            self.raw(name),
            shop_zone=zone,
            source_zone=source_zone,
            row_zone=self.text(TIMEZONE) if is_named else None,
            formats=self.source.date_formats,
        )

    def email(self) -> str:
        """The e-mail address."""
        return parse.email(self.raw("email")) if self.has("email") else "cast(null as varchar)"

    def phone(self) -> str:
        """The phone number in E.164 form."""
        country = self.raw("country") if self.has("country") else None
        return (
            parse.phone(self.raw("phone"), self.shop.country, country) if self.has("phone") else "cast(null as varchar)"
        )

    def is_deleted(self) -> str:
        """Whether the source says that the record is deleted: by a time, by a flag, or by what a condition gives."""
        if not self.has(DELETED):
            return "false"
        return f"coalesce(lower({self.text(DELETED)}) not in ({', '.join(map(parse.quoted, NOT_DELETED))}), false)"

    def status(self) -> str:
        """The word of status; a deleted order is a cancelled one."""
        word = f"lower({self.text('status')})"
        return f"case when {self.is_deleted()} then 'cancelled' else {word} end" if self.has(DELETED) else word

    def customer_key(self) -> str:
        """Whose the row is: by id, else by e-mail, else by phone."""
        space = self.source.id_space
        prefix = f"{parse.quoted(space + ':')} || " if space else ""
        options = [f"{prefix}{self.identifier('customer_id')}"] if self.has("customer_id") else []
        options += [f"'email:' || {self.email()}"] if self.has("email") else []
        options += [f"'phone:' || {self.phone()}"] if self.has("phone") else []
        return f"coalesce({', '.join(options)})" if options else "cast(null as varchar)"

    def outside(self, record_id: str) -> list[Refusal]:
        """Why a row is none of the entity at all, which is told before anything else that is wrong with it."""
        found = []
        if self.has(SET_ASIDE):
            reason = f"raw_row_{SET_ASIDE}"
            found.append(Refusal(SET_ASIDE, f"{reason} is not null", reason, record_id, False))
        if self.has(TIMEZONE) and not self.source.timezone:
            name = f"raw_row_{TIMEZONE}"
            wrong = f"({name} is not null and not {parse.is_certain_zone(name)})"
            found.append(Refusal(TIMEZONE, wrong, parse.quoted(_NO_ZONE), name, False))
        return found

    def required(self, name: str) -> Refusal:
        """A value must be there."""
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
        """The texts that stood in those of the fields that are mapped."""
        return {f"raw_row_{name}": self.text(name) for name in names if self.has(name)}


@cache
def words() -> dict[str, dict[str, list[str]]]:
    """The words of shops' exports, by field and meaning."""
    return tomllib.loads((files("regulars.land") / "words.toml").read_text(encoding="utf-8"))
