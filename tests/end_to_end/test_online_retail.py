"""UCI Online Retail, from the workbook as it is downloaded to the published tables, with no settings at all."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pyarrow import csv
from tests.end_to_end import doors


@pytest.fixture(scope="module")
def folder(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder in which the console script has run on the workbook."""
    folder = tmp_path_factory.mktemp("online_retail")
    done = doors.process("run", str(shared_data / "Online Retail.xlsx"), folder=folder)
    assert done.exit_code == 0, done.errors
    assert "Champions" in done.output
    return folder


@pytest.fixture(scope="module")
def live(folder: Path) -> Path:
    """The live warehouse's file."""
    return folder / "warehouse" / "live.duckdb"


@pytest.mark.parametrize(
    ("what", "sql", "known"),
    [
        ("lines", "select rows, staged, rejected, duplicates from ops.loads", (541_909, 541_909, 0, 0)),
        ("invoices", "select count(*), sum(line_count) from marts.fct_orders", (25_900, 541_909)),
        ("customers with an id", "select count(*) from marts.dim_customers", (4_372,)),
        (
            "lines without one",
            "select rows from ops.reconciliation where line = 'lines without a customer'",
            (135_080,),
        ),
        (
            "quantity x price",
            "select rows, amount from ops.reconciliation where line = 'total of the source'",
            (541_909, Decimal("9747747.93")),
        ),
        (
            "credit invoices",
            "select count(*), sum(line_count), bool_or(is_valid) from marts.fct_orders where order_id like 'C%'",
            (3_836, 9_288, False),
        ),
        ("bad debt", "select count(*) from marts.fct_orders where order_id like 'A%'", (3,)),
        (
            "buyers",
            "select count(distinct customer_id), sum(amount) from marts.fct_orders"
            " where is_valid and customer_id is not null",
            (4_338, Decimal("8911407.90")),
        ),
        (
            "credit notes lower revenue",
            "select sum(historic_clv), count(*) filter (where historic_clv < 0) > 0 from marts.customer_360",
            (Decimal("8300065.81"), True),
        ),
        (
            "unaccounted rows",
            "select sum(rows) from ops.reconciliation where line = 'unaccounted for'",
            (0,),
        ),
    ],
)
def test_every_known_total(live: Path, what: str, sql: str, known: tuple[object, ...]) -> None:
    assert doors.ask(live, sql) == [known], what


def test_the_lines_themselves_add_up(folder: Path) -> None:
    durable = folder / "warehouse" / "durable.duckdb"
    assert doors.ask(
        durable,
        "select count(*), sum(quantity), round(sum(quantity * unit_price), 2), count(distinct order_id),"
        " count(distinct customer_key), count(*) filter (where customer_key is null) from staging.order_lines",
    ) == [(541_909, 5_176_450, Decimal("9747747.93"), 25_900, 4_372, 135_080)]
    assert doors.ask(
        durable,
        "select count(*), count(distinct customer_key), round(sum(quantity * unit_price), 2) from staging.order_lines"
        " where quantity > 0 and unit_price > 0 and customer_key is not null",
    ) == [(397_884, 4_338, Decimal("8911407.90"))]
    assert doors.unaccounted(folder / "warehouse") == []


@pytest.mark.parametrize(
    ("file", "format_of_month", "measure"),
    [
        ("published_cohort_counts.csv", "%Y-%m", "customers"),
        ("published_cohort_retention_pct.csv", "%B %Y", "retention"),
    ],
)
def test_every_cell_of_the_cohorts_is_the_published_one(
    live: Path, shared_data: Path, file: str, format_of_month: str, measure: str
) -> None:
    expected = {
        (row["cohort"], int(month)): value
        for row in csv.read_csv(shared_data / file).to_pylist()
        for month, value in row.items()
        if month != "cohort" and value is not None
    }
    found = {
        (cohort, month): float(value)
        for cohort, month, value in doors.ask(
            live,
            f"select strftime(cohort_month, '{format_of_month}'), month_number, {measure} from marts.cohort_retention",
        )
    }
    assert found.keys() == expected.keys()
    assert len(found) == 91
    if measure == "customers":
        assert found == expected
    else:
        assert [cell for cell, share in found.items() if abs(share * 100 - expected[cell]) > 0.0501] == []


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("SELECT COUNT(*) FROM raw_transactions", 1),
        ("SELECT AVG(recency), AVG(frequency), AVG(monetary) FROM fct_customer_rfm", 1),
        (
            "SELECT cs.cluster_id, COUNT(*) AS customer_count, ROUND(AVG(rfm.monetary), 2) AS avg_customer_value"
            " FROM customer_segments cs JOIN fct_customer_rfm rfm ON cs.customer_id = rfm.customer_id"
            " GROUP BY cs.cluster_id ORDER BY avg_customer_value DESC",
            None,
        ),
    ],
)
def test_the_promised_statements_run_as_written(folder: Path, statement: str, rows: int | None) -> None:
    asked = doors.command("sql", statement, "--json", folder=folder)
    assert asked.exit_code == 0, asked.errors
    assert len(asked.rows) == rows or rows is None
    assert asked.rows[0]
    if "raw_transactions" in statement:
        assert [*asked.rows[0].values()] == [25_900]
    if "customer_count" in statement:
        assert sum(row["customer_count"] for row in asked.rows) == 4_372
        values = [row["avg_customer_value"] for row in asked.rows]
        assert values == sorted(values, reverse=True)


def test_the_same_file_again_lands_nothing_and_changes_no_mart(folder: Path, shared_data: Path) -> None:
    warehouse = folder / "warehouse"
    published, landed = doors.marts(warehouse), doors.durable(warehouse)
    again = doors.command("run", str(shared_data / "Online Retail.xlsx"), folder=folder)
    assert again.exit_code == 0, again.errors
    assert "nothing new in 1 file" in again.errors
    assert doors.different(doors.marts(warehouse), published) == []
    assert doors.different(doors.durable(warehouse), landed) == []


def test_the_parquet_copy_gives_the_same_marts(folder: Path, shared_data: Path) -> None:
    done = doors.command("run", str(shared_data / "online_retail.parquet"), "-w", "of_parquet", "-q", folder=folder)
    assert done.exit_code == 0, done.errors
    assert doors.different(doors.marts(folder / "of_parquet"), doors.marts(folder / "warehouse")) == []
