"""A shop in which one person stands in three sources, as a guest, in a rejected row and in a line that cannot be read;
and means of its own to look for that person in every file and in every value of every table.
"""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end import doors

SETTINGS = """
[sources.crm]
path = "crm*.csv"
entity = "customers"
[sources.loyalty]
path = "loyalty.csv"
entity = "customers"
id_space = "card"
[sources.orders]
path = "orders*.csv"
[identity]
probabilistic = false
"""
EMAIL, OLD_EMAIL = "zebedia.quux@rarepost.example", "zebedia@formerpost.example"
NASTY = "<img src=x onerror=alert(1)>"
SHARED_PHONE = "+447700901039"
# As they stand in the files or in the warehouse; nobody else's contains one of them.
TEXTS = (
    *("zebedia", "quuxhollander", "formerpost", "rarepost", "peculiar crescent", "447700900461", "07700 900461"),
    *("zq7777", "L-77001", "9zq777"),
)


def write_shop(folder: Path) -> None:
    people = [
        f"c{n},Person{n},Family{n},person{n}@post.example,+4477009{n:05d},{n} {NASTY if n == 1002 else 'Long'} Road"
        for n in range(1000, 1040)
    ]
    head = "customer_id,first_name,last_name,email,phone,address"
    theirs = f"zq7777,Zebedia,Quuxhollander,{OLD_EMAIL},07700 900461,93 Peculiar Crescent"
    (folder / "crm1.csv").write_text("\n".join([head, *people, theirs]) + "\n")
    # A newer version of their record, with another address, and a number that c1039 has too.
    newer = theirs.replace(OLD_EMAIL, EMAIL.upper()).replace("07700 900461", SHARED_PHONE)
    (folder / "crm2.csv").write_text(f"{head}\n{newer}\n")
    cards = [f"L-{n},person{n}@post.example,Person{n} Family{n}" for n in range(1000, 1010)]
    (folder / "loyalty.csv").write_text(
        "\n".join(["customer_id,email,full_name", *cards, f"L-77001,{EMAIL},Zebedia Quuxhollander"]) + "\n"
    )
    orders = [
        f"{n * 10 + k},c{n},,2025-{1 + (n + k * 3) % 12:02d}-{1 + n % 27:02d},{20 + (n * 7 + k) % 90}.50"
        for n in range(1000, 1040)
        for k in range(1 + n % 4)
    ]
    theirs = [
        "9zq777,zq7777,,2025-12-30,99.00",
        f"900778,,{EMAIL},2025-06-05,12.00",
        f"900779,,{OLD_EMAIL},2025-05-05,13.00",
        f"900780,,{EMAIL},no day at all,14.00",
        "9zq777,zq7777,,2025-12-30,99.00",
        f"900781,,{EMAIL},2025-06-06,15.00,too,many,fields",
    ]
    (folder / "orders.csv").write_text(
        "\n".join(["order_id,customer_id,email,ordered_at,amount", *orders, *theirs]) + "\n"
    )
    (folder / "regulars.toml").write_text(SETTINGS)


def traces(warehouse: Path) -> list[str]:
    """Where any of the texts stands: in the bytes of a file, or in a value of a table, looked at row by row."""
    found = []
    for file in sorted(path for path in warehouse.rglob("*") if path.is_file()):
        content = file.read_bytes().lower()
        found += [f"{file.name}: {text}" for text in TEXTS if len(text) > 6 and text.lower().encode() in content]
        if file.suffix != ".duckdb":
            continue
        tests = " or ".join(f"contains(line, '{text.lower()}')" for text in TEXTS)
        with doors.opened(file) as connection:
            tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
            for schema, table in tables:
                lines = f'select lower(cast(t as varchar)) as line from "{schema}"."{table}" t'
                told = connection.execute(f"select line from ({lines}) where {tests}").fetchall()
                found += [f"{file.name} {schema}.{table}: {line[:80]}" for (line,) in told]
    return found


def golden_ids(shop: Path) -> list[int]:
    """Theirs, and those of the guest who had their old address."""
    sql = (
        "select distinct customer_id from marts.customer_identity_map where source_customer_id in"
        f" ('zq7777', 'L-77001', 'email:{OLD_EMAIL}', 'email:{EMAIL}')"
    )
    return [customer_id for (customer_id,) in doors.ask(shop / "warehouse" / "live.duckdb", sql)]


def by_number(warehouse: Path, ids: list[int]) -> list[str]:
    """Where one of the golden ids stands in a column of numbers."""
    found = []
    # The last number that was given says nothing of anybody: it keeps one from being given twice.
    columns = """
        select schema_name, table_name, list(column_name) from duckdb_columns()
        where data_type = 'BIGINT' and column_name <> 'last_customer_id' group by all order by all"""
    listed = ", ".join(map(str, ids))
    for file in (warehouse / "live.duckdb", warehouse / "durable.duckdb"):
        with doors.opened(file) as connection:
            for schema, table, numbers in connection.execute(columns).fetchall():
                counts = ", ".join(f'count(*) filter ("{number}" in ({listed}))' for number in numbers)
                [times] = connection.execute(f'select {counts} from "{schema}"."{table}"').fetchall()
                found += [
                    f"{file.name} {schema}.{table}.{number}"
                    for number, count in zip(numbers, times, strict=True)
                    if count
                ]
    return found


def publish_shop(folder: Path) -> None:
    """The shop after two deliveries and one run; nobody has been erased from it."""
    half = folder.with_name(f"{folder.name}.half")
    half.mkdir()
    write_shop(half)
    # The newer version of their record comes when their records are resolved and somebody has decided about them.
    (half / "crm2.csv").rename(half / "later")
    never = ("identity", "never", "zq7777", "c1039", "--reason", f"{EMAIL} lives with them")
    for words in (("run", "-q", "--stage", "land", "--stage", "resolve"), never):
        done = doors.command(*words, folder=half)
        assert done.exit_code == 0, done.errors
    (half / "later").rename(half / "crm2.csv")
    done = doors.command("run", "-q", folder=half)
    assert done.exit_code == 0, done.errors
    half.rename(folder)
