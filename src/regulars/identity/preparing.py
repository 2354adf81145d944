"""Records of people brought to one spelling, so that equal people look equal: DuckDB SQL, whatever the warehouse.

`statements()` turns the table `people_received` (text as it was staged) into `people`, one row per record, with the
columns that the comparisons of the model speak of. A column that is missing or that nothing is known of is null.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

NUMBERS = ("record_number", "key_number", "group_number")
TEXTS = (
    *("first_name", "last_name", "full_name", "email", "phone", "birth_date", "gender"),
    *("address", "city", "postcode", "country"),
)
# Longer text is no name and no address; what comes after is cut off before anything looks at it.
LONGEST_TEXT = 200


def statements(columns: Iterable[str]) -> list[str]:
    """SQL that makes `people` from `people_received`, which has these columns."""
    return [*_macros(), *_nicknames(), _SPELLED.format(texts=_texts(set(columns))), _COUNTED, _TURNED]


def _texts(columns: set[str]) -> str:
    """The text columns, cut; those that are not there are null."""
    return ", ".join(
        f"left(cast({name} as varchar), {LONGEST_TEXT}) as {name}"
        if name in columns
        else f"cast(null as varchar) as {name}"
        for name in TEXTS
    )


def _macros() -> list[str]:
    letters, more, groups, words = (_spelling()[name] for name in ("letters", "more_letters", "groups", "words"))
    latin = "accentless"
    for group, spelled in groups.items():
        latin = f"replace({latin}, '{group}', '{spelled}')"
    for table in (letters, more):
        latin = f"translate({latin}, '{table['from']}', '{table['to']}')"
    short = "' ' || words || ' '"
    for word, spelled in words.items():
        short = f"replace({short}, ' {word} ', ' {spelled} ')"
    return [
        # Most text is plain ASCII, for which the long way would change nothing.
        f"""create macro latin(accentless) as
            case when regexp_matches(accentless, '[^\\x00-\\x7f]') then {latin} else accentless end""",
        "create macro plain(text) as nullif(trim(regexp_replace(latin(strip_accents(lower(regexp_replace(text,"
        " '[''’`´]', '', 'g')))), '[^\\pL\\pN]+', ' ', 'g')), '')",
        f"create macro short_words(words) as nullif(trim({short}), '')",
    ]


def _nicknames() -> list[str]:
    """`nicknames`: each short form with the names it may stand for."""
    lines = (files("regulars.identity") / "model" / "nicknames.csv").read_text(encoding="utf-8").split()[1:]
    pairs = ", ".join(f"('{name}', '{short}')" for name, short in (line.split(",") for line in lines))
    return [
        f"create table nicknames as select short, list(name order by name) as names from (values {pairs})"
        " as pairs (name, short) group by short"
    ]


@cache
def _spelling() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("regulars.identity") / "model" / "spelling.toml").read_text(encoding="utf-8"))


_SPELLED = """
create table people_spelled as
with cut as (
    select record_number, key_number, group_number, {texts}
    from people_received
),

plained as (
    select
        * replace (plain(first_name) as first_name, plain(last_name) as last_name, lower(trim(email)) as email,
            plain(city) as city, plain(address) as address, lower(trim(gender)) as gender),
        case when full_name like '%,%'
            then concat_ws(' ', plain(split_part(full_name, ',', 2)), plain(split_part(full_name, ',', 1)))
            else plain(full_name)
        end as whole_name,
        regexp_replace(phone, '[^0-9]', '', 'g') as digits,
        regexp_replace(birth_date, '[^0-9]', '', 'g') as birth_digits
    from cut
),

named as (
    select
        *,
        coalesce(first_name, case when last_name is null then split_part(whole_name, ' ', 1) end) as given,
        coalesce(last_name, case when first_name is null and whole_name like '% %'
            then substr(whole_name, strpos(whole_name, ' ') + 1) end) as family,
        coalesce(
            try_cast(birth_date as date),
            try_strptime(birth_date, ['%d/%m/%Y', '%d.%m.%Y', '%Y%m%d', '%Y-%m-%d %H:%M:%S'])::date
        ) as born
    from plained
)

select
    record_number, key_number, group_number,
    nullif(replace(given, ' ', ''), '') as given, nullif(replace(family, ' ', ''), '') as family,
    case when email like '_%@_%' and email not like '%@%@%' then email end as email,
    case when email like '_%@_%' and email not like '%@%@%'
        then nullif(split_part(split_part(email, '@', 1), '+', 1), '')
    end as email_name,
    case when length(digits) >= 6 then ltrim(digits, '0') end as phone,
    regexp_replace(split_part(email, '@', 1), '[^0-9]', '', 'g') as email_digits,
    case when email like '_%@_%' and email not like '%@%@%' then split_part(email, '@', 2) end as email_host,
    -- A date that no calendar has is still compared, digit by digit.
    case when year(born) between 1000 and 9999 then strftime(born, '%Y-%m-%d') when length(birth_digits) = 8
        then birth_digits[1:4] || '-' || birth_digits[5:6] || '-' || birth_digits[7:8] end as birth_date,
    born,
    case when gender in ('m', 'male', 'man', 'h', 'homme', 'mann', 'männlich') then 'm'
        when gender in ('f', 'female', 'woman', 'w', 'femme', 'frau', 'weiblich') then 'f' end as gender,
    short_words(address) as address,
    nullif(regexp_extract(address, '[0-9]+'), '') as house_number,
    replace(city, ' ', '') as city,
    nullif(regexp_replace(latin(lower(postcode)), '[^a-z0-9]', '', 'g'), '') as postcode,
    plain(country) as country
from named
"""

# How often each word is somebody's first and somebody's last name.
_COUNTED = """
create table name_words as
select word, sum(is_given) as as_given, sum(1 - is_given) as as_family
from (
    select given as word, 1 as is_given from people_spelled where given is not null
    union all
    select family as word, 0 as is_given from people_spelled where family is not null
)
group by word
"""

# Names in each other's place are turned when the other people of these names leave no doubt.
_TURNED = """
create table people as
select
    spelled.* exclude (given, family),
    case when turned.is_turned then spelled.family else spelled.given end as first_name,
    case when turned.is_turned then spelled.given else spelled.family end as last_name,
    nickname.names as full_forms,
    -- What an address says beyond the name: nothing for j.smith of John Smith, whose namesakes have such addresses too.
    email_digits || regexp_replace(
        replace(replace(regexp_replace(email_name, '[^a-z]', '', 'g'), coalesce(longer.family, '@'), ''),
            coalesce(longer.given, '@'), ''),
        '^' || coalesce(spelled.given[1], '@') || '?' || coalesce(spelled.family[1], '@') || '?$', ''
    ) as email_own
from people_spelled as spelled
left join name_words as given on given.word = spelled.given
left join name_words as family on family.word = spelled.family
cross join lateral (
    select coalesce(
        (1.0 + coalesce(given.as_family, 0)) * (1.0 + coalesce(family.as_given, 0))
        > 4.0 * (1.0 + coalesce(given.as_given, 0)) * (1.0 + coalesce(family.as_family, 0))
        and spelled.given is not null and spelled.family is not null, false
    ) as is_turned
) as turned
cross join lateral (
    select
        case when length(spelled.given) > 2 then spelled.given end as given,
        case when length(spelled.family) > 2 then spelled.family end as family
) as longer
left join nicknames as nickname
    on nickname.short = case when turned.is_turned then spelled.family else spelled.given end
"""
