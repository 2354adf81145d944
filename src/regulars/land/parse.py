"""Builders of the DuckDB expressions that turn one text column into one typed value, or null when it does not fit.

Text is parsed once, here, by DuckDB, whatever the warehouse (DECISIONS 9). The commonest spelling is tried first and
the slower ones only on rows where it failed, because ten million rows pass through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

_DAY_FIRST_AND_OTHERS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d/%m/%y",
)
_TIMES = ("", " %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_ISO_DAY = r"^\d{4}-\d{1,2}-\d{1,2}"
_ISO_TIME = r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
# An offset or a name of the IANA list; abbreviations such as CST and BST mean several zones and are not guessed.
_ZONE = r"(Z|z|UTC|GMT|[+-]\d{2}(:?\d{2})?|[A-Za-z_]+(/[A-Za-z0-9_+-]+)+)"
# The shape in which databases and APIs write a time with its zone: all of these are among those above.
_ZONED_ISO = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"
_EMAIL = r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}$"


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def text(expression: str) -> str:
    """Trimmed text; empty becomes null."""
    return f"nullif(trim({expression}), '')"


def identifier(expression: str) -> str:
    """An id as text; the `.0` that spreadsheets put behind whole numbers is taken off."""
    value = text(expression)
    return (
        f"case when suffix({value}, '.0') and try_cast({value} as double) is not null"
        f" then {value}[:-3] else {value} end"
    )


def clean_name(expression: str) -> str:
    """A name or place: no ™ © ®, single spaces, and words capitalised where all was one case."""
    bare = f"nullif(trim(regexp_replace({expression}, '[™©®\\s\\x00-\\x1f]+', ' ', 'g')), '')"
    capitalised = (
        f"array_to_string(list_transform(string_split(lower({bare}), ' '), lambda w: upper(w[1]) || w[2:]), ' ')"
    )
    return f"case when {bare} = upper({bare}) or {bare} = lower({bare}) then {capitalised} else {bare} end"


def number(expression: str, kind: str, decimal: str = ".") -> str:
    """A decimal of the given SQL type.

    Currency signs and codes, thousands separators, (…) and a trailing minus are understood. A comma
    or point that cannot be a thousands separator makes the value null rather than a hundred times too large.
    """
    value = text(expression)
    bare = f"regexp_replace({value}, '^[^0-9(.,+-]+|[^0-9).,-]+$|[ \\x{{a0}}''’]', '', 'g')"
    signed = (
        f"case when {bare} ~ '^\\(.*\\)$|^[^-]*-$' then '-' || regexp_replace({bare}, '[()-]', '', 'g') else {bare} end"
    )
    signed = f"regexp_replace({signed}, '^([+-]?)[^0-9.,+-]+', '\\1')"
    thousands, point = (",", r"\.") if decimal == "." else (r"\.", ",")
    grouped = f"{signed} ~ '^[+-]?(\\d+|\\d{{1,3}}({thousands}\\d{{3}})+)?({point}\\d*)?$'"
    plain = f"replace(replace({signed}, '{',' if decimal == '.' else '.'}', ''), ',', '.')"
    slow = f"case when {grouped} then try_cast({plain} as {kind}) end"
    if decimal == ",":
        return f"case when {value} !~ '[.,]' then try_cast({value} as {kind}) else {slow} end"
    # `case`, for `coalesce` would go through the slow branch even when no row needs it.
    return (
        f"case when try_cast({expression} as {kind}) is not null then try_cast({expression} as {kind}) else {slow} end"
    )


def moment(
    expression: str,
    *,
    shop_zone: str,
    source_zone: str | None = None,
    row_zone: str | None = None,
    formats: Sequence[str] = (),
) -> str:
    """A timestamp in the shop's local time.

    Read in this order: the source's own formats; ISO; day-first slashes and the other built-in formats; epoch seconds
    or milliseconds; Excel serials; YYYYMMDD. A time with a zone is moved to the shop's; one without is local to the
    source, or to the zone that an expression of the row, `row_zone`, names. A date without a time is that day, in
    whichever zone.
    """
    value = text(expression)
    zone = quoted(shop_zone)

    def local(naive: str) -> str:
        if row_zone is None and (source_zone is None or source_zone == shop_zone):
            return naive
        if row_zone is None:
            moved = f"timezone({zone}, timezone({quoted(source_zone or shop_zone)}, {naive}))"
        else:
            # As text, because `timezone` fails the whole load where a name is unknown, and a cast only this row.
            there = f"cast({naive} as varchar) || case when {row_zone} like '%/%' then ' ' else '' end || {row_zone}"
            certain = f"case when {is_certain_zone(row_zone)} then try_cast({there} as timestamptz) end"
            moved = f"case when {row_zone} is null then {naive} else timezone({zone}, {certain}) end"
        is_day = f"{value} not like '%:%' and {naive} = date_trunc('day', {naive})"
        return f"case when {is_day} then {naive} else {moved} end"

    built_in = [date + time for date in _DAY_FIRST_AND_OTHERS for time in _TIMES]
    # The two commonest spellings, on the text as it came: nothing else is looked at on the rows that have them.
    is_iso = (
        f"({expression} like '____-__-__ __:__:__' or {expression} like '____-__-__')"
        f" and try_cast({expression} as timestamp) is not null"
    )
    iso = f"try_cast({expression} as timestamp)"
    # `2024-01-31 23:30:00 -0500` and `…00z` are common; DuckDB reads neither the space nor the small letter.
    spelt = f"regexp_replace({value}, '([0-9]) ?(Z|z|UTC|GMT)$', '\\1Z')"
    spelt = f"regexp_replace({spelt}, ' ([+-][0-9])', '\\1')"
    is_zoned = f"{value} ~ '{_ISO_DAY}{_ISO_TIME} ?{_ZONE}$'"
    zoned = f"case when {is_zoned} then {_on_clock(shop_zone, f'try_cast({spelt} as timestamptz)')} end"
    # A text of this shape is nothing else, so the other ways to read one are not tried, also where it is no time.
    zoned_iso = _on_clock(shop_zone, f"try_cast({expression} as timestamptz)")
    # DuckDB ignores what follows a time without a zone, be it PM or CET, so only a whole match is one.
    other_iso = f"case when {value} ~ '{_ISO_DAY}({_ISO_TIME})?$' then try_cast({value} as timestamp) end"
    epoch = (
        f"case when {value} ~ '^\\d{{10}}$' then timezone({zone}, to_timestamp(try_cast({value} as bigint)))"
        f" when {value} ~ '^\\d{{13}}$' then timezone({zone}, to_timestamp(try_cast({value} as bigint) / 1000)) end"
    )
    compact = f"case when {value} ~ '^\\d{{8}}$' then try_strptime({value}, '%Y%m%d') end"
    serial = (
        f"case when {value} ~ '^[2-7]\\d{{4}}(\\.\\d+)?$' then timestamp '1899-12-30'"
        f" + to_seconds(cast(round(try_cast({value} as double) * 86400) as bigint)) end"
    )
    others = [zoned, local(other_iso), local(f"try_strptime({value}, {_listed(built_in)})")]
    others += [local(compact), local(serial), epoch]
    known = (
        f"case when {is_iso} then {local(iso)} when {expression} ~ '{_ZONED_ISO}' then {zoned_iso}"
        f" else coalesce({', '.join(others)}) end"
    )
    if not formats:
        return known
    own = f"try_strptime({value}, {_listed(formats)})"
    return f"case when {own} is not null then {local(own)} else {known} end"


def _on_clock(shop_zone: str, instant: str) -> str:
    """An instant as the time that a clock of the shop shows; UTC needs no calendar of zones, which is slow."""
    return f"make_timestamp(epoch_us({instant}))" if shop_zone == "UTC" else f"timezone({quoted(shop_zone)}, {instant})"


def is_certain_zone(zone: str) -> str:
    """Whether a text is an offset or looks like a name of the IANA list; no letters such as CST are."""
    return f"{zone} ~ '^([+-]\\d{{2}}:\\d{{2}}|[A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$'"


def _listed(formats: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, formats))}]"


def email(expression: str) -> str:
    """An e-mail address in lower case, or null when it is no address."""
    bare = email_text(expression)
    return f"case when {bare} ~ '{_EMAIL}' then {bare} end"


def email_text(expression: str) -> str:
    """What was written for an address, in lower case, trimmed and without `mailto:`."""
    return f"nullif(replace(lower(trim({expression})), 'mailto:', ''), '')"


def phone(expression: str, shop_country: str, country: str | None = None) -> str:
    """A phone number in E.164 form, or null when its length cannot be one.

    Args:
        expression: The text.
        shop_country: Two-letter country of numbers written without a country code.
        country: Expression of the row's own two-letter country, which wins where it is known.
    """
    digits = f"regexp_replace({text(expression)}, '[^0-9]', '', 'g')"
    code, prefix = dialling().get(shop_country, ("", ""))
    code_of, prefix_of = quoted(code), quoted(prefix)
    if country is not None:
        known = f"upper(trim({country}))"
        codes = ", ".join(f"{quoted(region)}: {quoted(pair[0])}" for region, pair in dialling().items())
        prefixes = ", ".join(f"{quoted(region)}: {quoted(pair[1])}" for region, pair in dialling().items())
        code_of = f"coalesce(map {{{codes}}}[{known}], {quoted(code)})"
        prefix_of = f"coalesce(map {{{prefixes}}}[{known}], {quoted(prefix)})"
    national = (
        f"case when {prefix_of} <> '' and starts_with({digits}, {prefix_of})"
        f" then substr({digits}, strlen({prefix_of}) + 1) else {digits} end"
    )
    full = (
        f"case when starts_with(trim({expression}), '+') then regexp_replace({digits}, '^({CODES_WITH_ZERO})0', '\\1')"
        f" when starts_with({digits}, '00') then {digits}[3:]"
        f" else {code_of} || {national} end"
    )
    return f"case when strlen({full}) between 8 and 15 then '+' || {full} end"


def word(expression: str, words: Mapping[str, Sequence[str]], otherwise: str) -> str:
    """The key whose list holds the text, in lower case; else the expression `otherwise` over `value`."""
    value = f"lower({text(expression)})"
    cases = " ".join(
        f"when {value} in ({', '.join(map(quoted, spellings))}) then {quoted(key)}" for key, spellings in words.items()
    )
    return f"case {cases} else {otherwise.format(value=value)} end"


@cache
def dialling() -> dict[str, tuple[str, str]]:
    """The country code of each region, and the digit that it dials before national numbers."""
    from phonenumbers import SUPPORTED_REGIONS
    from phonenumbers.phonemetadata import PhoneMetadata

    found: dict[str, tuple[str, str]] = {}
    for region in sorted(SUPPORTED_REGIONS):
        metadata = PhoneMetadata.metadata_for_region(region)
        if metadata is not None:
            found[region] = (str(metadata.country_code), metadata.national_prefix or "")
    return found


# "+44 (0)20 …" is written for both callers at home and abroad; these codes drop that 0.
CODES_WITH_ZERO = "44|49|33|43|41|31|32|46|61|64|27"
