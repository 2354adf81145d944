"""Trains the model of persons that ships, from nothing but a made-up shop, without looking at its truth.

The demo shop has customers in three locales and duplicates with other contacts and slips in names. Real records also
have slips in dates and places and miss this and that, so each field of each record gets the slips below at these rates.
The same options make the same model. It replaces the one in the package:

    python benchmarks/person_model.py --customers 40000 --seed 7
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pyarrow as pa

from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.engines.scratch import scratch_database
from regulars.identity.person_model import SHIPPED
from regulars.identity.preparing import TEXTS
from regulars.identity.training import train

MODEL = Path(__file__).parents[1] / "src" / "regulars" / "identity" / "model" / SHIPPED

# Shares of the records; a pair of records differs about twice as often.
SLIP = {
    "first_name": 0.03,
    "last_name": 0.03,
    "email": 0.02,
    "phone": 0.02,
    "address": 0.06,
    "city": 0.05,
    "postcode": 0.03,
}
MISSING = {"first_name": 0.02, "last_name": 0.01, "birth_date": 0.05, "address": 0.05, "city": 0.05, "postcode": 0.05}
OTHER = {"last_name": 0.01, "address": 0.03}  # married, moved: what another record has
SHORT_FORM = 0.06  # Bill for William, of those whose name has one
DATE_DIGIT, DATE_TURNED, DATE_NEAR, DATE_OTHER = 0.02, 0.005, 0.01, 0.01

# One row per customer record of the made-up shop, none of which was ever superseded, with its key and its exact group.
PEOPLE = f"""
with keys as (
    select customer_key, customer_id, row_number() over (order by customer_key) as key_number
    from identity.customer_keys
),

grouped as (
    select customer_key, key_number, min(key_number) over (partition by customer_id) as group_number from keys
)

select
    row_number() over (order by key_number, record.source, record.source_customer_id) as record_number,
    key_number, group_number, {", ".join(f"cast(record.{name} as varchar) as {name}" for name in TEXTS)}
from staging.customer_records as record
inner join grouped on grouped.customer_key = record.customer_key
"""

MACROS = """
create macro draw(number, what) as cast('0x' || md5(number || what || $seed)[1:8] as bigint);
create macro chance(number, what) as draw(number, what) / 4294967296.0;
create macro slip(word, number, what) as (
    case draw(number, what || 'kind') % 4
        when 0 then word[: draw(number, what) % length(word)] || word[2 + draw(number, what) % length(word) :]
        when 1 then word[: 1 + draw(number, what) % length(word)] || word[1 + draw(number, what) % length(word) :]
        when 2 then word[: draw(number, what) % length(word)] || word[2 + draw(number, what) % length(word)]
            || word[1 + draw(number, what) % length(word)] || word[3 + draw(number, what) % length(word) :]
        else word[: draw(number, what) % length(word)] || case when word similar to '[0-9+ ]*'
            then cast(draw(number, what || 'new') % 10 as varchar)
            else chr(cast(97 + draw(number, what || 'new') % 26 as integer)) end
            || word[2 + draw(number, what) % length(word) :]
    end
);
"""


def main() -> None:
    """Makes the shop, resolves it exactly, adds slips, trains and writes the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--to", type=Path, default=MODEL)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        people = with_slips(demo_people(Path(name), asked.customers, asked.seed), asked.seed)
    what = (
        f"{people.num_rows:,} records of a made-up shop in three locales, with slips"
        f" (benchmarks/person_model.py --customers {asked.customers} --seed {asked.seed})"
    )
    model = train(people, None, trained_on=what, on_progress=print)
    model.save(asked.to)
    for session in model.sessions:
        print(session)


def demo_people(folder: Path, customers: int, seed: int) -> pa.Table:
    """The customer records of a demo shop as the probabilistic phase sees them, landed and resolved exactly."""
    generate(ShopOptions(customers=customers, orders=2 * customers, seed=seed), folder / "shop")
    regulars = [
        sys.executable,
        "-c",
        "from regulars.cli import main; main()",
        "run",
        str(folder / "shop" / "customers.csv"),
    ]
    exactly = {**os.environ, "REGULARS_IDENTITY__PROBABILISTIC": "false"}
    stages = ["--stage", "land", "--stage", "resolve"]
    subprocess.run([*regulars, *stages], cwd=folder, check=True, capture_output=True, env=exactly)
    with duckdb.connect(str(folder / "warehouse" / "durable.duckdb"), read_only=True) as durable:
        return durable.sql(PEOPLE).to_arrow_table()


def with_slips(people: pa.Table, seed: int) -> pa.Table:
    """The records with the slips of this script; which record gets which depends on its number and the seed alone."""
    with scratch_database() as connection:
        connection.register("given", people)
        for macro in MACROS.replace("$seed", f"'{seed}'").split(";\n"):
            if macro.strip():
                connection.execute(macro)
        connection.execute(
            "create table others as select record_number,"
            " lead(last_name, 7) over (order by record_number) as last_name,"
            " lead(address, 7) over (order by record_number) as address from given"
        )
        connection.execute(
            "create table short_forms as"
            " select name, list(short order by short) as shorts from read_csv($1) group by name",
            [str(MODEL.with_name("nicknames.csv"))],
        )
        columns = ", ".join(f"{_expression(name)} as {name}" for name in TEXTS)
        return connection.sql(
            f"select given.record_number, key_number, group_number, {columns} from given"
            " join others using (record_number)"
            " left join short_forms on short_forms.name = lower(trim(given.first_name))"
            " order by given.record_number"
        ).to_arrow_table()


def _expression(name: str) -> str:
    number = "given.record_number"
    value = f"given.{name}"
    if name in OTHER:
        value = f"case when chance({number}, 'other {name}') < {OTHER[name]} then others.{name} else {value} end"
    if name == "first_name":
        short = f"shorts[1 + draw({number}, 'which short') % len(shorts)]"
        value = (
            f"case when chance({number}, 'short') < {SHORT_FORM} and shorts is not null then {short} else {value} end"
        )
    if name in SLIP:
        value = (
            f"case when chance({number}, 'slips {name}') < {SLIP[name]} and length({value}) > 2"
            f" then slip({value}, {number}, '{name}') else {value} end"
        )
    if name == "birth_date":
        value = _birth_date(value, number)
    if name in MISSING:
        value = f"case when chance({number}, 'misses {name}') >= {MISSING[name]} then {value} end"
    return value


def _birth_date(value: str, number: str) -> str:
    drawn, digit = f"chance({number}, 'date')", f"cast(draw({number}, 'digit') % 10 as varchar)"
    place = f"cast([4, 7, 10, 9][1 + draw({number}, 'place') % 4] as integer)"
    first, second, third = DATE_DIGIT, DATE_DIGIT + DATE_TURNED, DATE_DIGIT + DATE_TURNED + DATE_NEAR
    return f"""case
        when {drawn} < {first} then {value}[: {place} - 1] || {digit} || {value}[{place} + 1 :]
        when {drawn} < {second} then {value}[: 5] || {value}[9 : 10] || '-' || {value}[6 : 7]
        when {drawn} < {third}
            then cast(try_cast({value} as date) + cast(draw({number}, 'days') % 800 - 400 as integer) as varchar)
        when {drawn} < {third + DATE_OTHER}
            then cast(date '1940-01-01' + cast(draw({number}, 'day') % 25000 as integer) as varchar)
        else {value}
    end"""


if __name__ == "__main__":
    main()
