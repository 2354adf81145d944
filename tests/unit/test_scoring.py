"""New customers get the clusters that the published model gives, whether they come with features or with orders."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.conftest import Published

import regulars as rg
from regulars import scoring
from regulars.errors import InputError
from regulars.land.given import Given
from regulars.scoring import score, score_file
from regulars.source_settings import SourceSettings
from regulars.sources import Delivery

RFM = "select customer_id, recency, frequency, monetary from fct_customer_rfm order by customer_id"


def _clusters(published: Published) -> dict[str, int]:
    rows = published.queries.sql(
        "select identities.customer_key, clusters.cluster_id from learned.customer_clusters as clusters"
        " join customer_identity_map as identities using (customer_id)"
    )
    return dict(zip(rows["customer_key"].to_pylist(), rows["cluster_id"].to_pylist(), strict=True))


def test_customers_with_features_get_the_clusters_that_were_published(clustered: Published) -> None:
    found = score(clustered.queries.sql(RFM), settings=clustered.settings)
    expected = clustered.queries.sql("select cluster_id from learned.customer_clusters order by customer_id")
    assert found["cluster_id"].to_pylist() == expected["cluster_id"].to_pylist()
    assert found["problem"].null_count == 60


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet", "json"])
def test_any_kind_of_file_is_read(clustered: Published, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"new.{kind}"
    if kind == "parquet":
        pq.write_table(pa.table({"id": ["a"], "recency": [3], "frequency": [30], "monetary": [2000]}), file)
    elif kind == "json":
        file.write_text('[{"id": "a", "recency": 3, "frequency": 30, "monetary": 2000}]')
    else:
        text = b"id,recency,frequency,monetary\na,3,30,2000\n"
        file.write_bytes(gzip.compress(text) if kind == "csv.gz" else text)
    [row] = score(file, settings=clustered.settings).to_pylist()
    assert (row["customer_id"], row["cluster_id"], row["cluster_name"]) == ("a", 1, "Champions")


def test_orders_are_made_into_features_as_a_run_makes_them(clustered: Published) -> None:
    orders = clustered.folder / "orders.csv"
    found = score(orders, settings=clustered.settings)
    assert dict(zip(found["customer_id"].to_pylist(), found["cluster_id"].to_pylist(), strict=True)) == _clusters(
        clustered
    )


def test_orders_are_scored_as_of_the_day_that_is_asked_for(clustered: Published) -> None:
    orders = clustered.folder / "orders.csv"
    then = score(orders, settings=clustered.settings, as_of=dt.date(2025, 6, 1))
    now = score(orders, settings=clustered.settings)
    assert then.num_rows < now.num_rows
    assert max(then["recency"].to_pylist()) < max(now["recency"].to_pylist())


def test_orders_are_read_as_the_settings_say_of_their_source_and_the_others_are_left_alone(
    clustered: Published, tmp_path: Path
) -> None:
    file = tmp_path / "new.csv"
    file.write_text("order_id,customer_id,ordered_at,amount\n1,a,12/31/2025,50\n2,a,12/30/2025,60\n3,b,1/15/2025,5\n")
    sources = {
        "orders": SourceSettings(path="absent.csv", date_formats=["%m/%d/%Y"]),
        "customers": SourceSettings(path="absent-too.csv"),
    }
    found = score(file, settings=clustered.settings.model_copy(update={"sources": sources}))
    assert dict(zip(found["customer_id"].to_pylist(), found["recency"].to_pylist(), strict=True)) == {"a": 1, "b": 351}


def test_scoring_changes_nothing_in_the_warehouse(clustered: Published) -> None:
    warehouse = Path(clustered.settings.warehouse)
    before = {file: file.stat().st_mtime_ns for file in warehouse.rglob("*.duckdb")}
    score(clustered.folder / "orders.csv", settings=clustered.settings)
    assert {file: file.stat().st_mtime_ns for file in warehouse.rglob("*.duckdb")} == before
    assert sorted(path.name for path in warehouse.iterdir() if path.name.startswith("regulars-score")) == []


def test_a_file_is_written_and_counted(clustered: Published, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("id,recency,frequency,monetary\na,3,30,2000\nb,soon,1,5\nc,300,1,9\nd,4,4,4,4,4\n")
    report = score_file(clustered.settings, str(file), tmp_path / "scored.parquet")
    assert (report.rows, report.scored) == (3, 2)
    assert dict(report.problems) == {"recency is no number": 1, "a row that cannot be read": 1}
    assert pq.read_table(tmp_path / "scored.parquet")["customer_id"].to_pylist() == ["a", "b", "c"]
    assert report.model == clustered.report.run_id


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,recency,frequency\n1,2,3\n", r"Column monetary is missing from new.csv. It has: id, recency, frequency"),
        ("id,email\n1,a@b.example\n", r"is a list of customers, and has no column recency, frequency, monetary"),
        ("order_id,customer_id,order_date\n1,2,2025-01-01\n", r"Column amount is missing from new.csv, read as orders"),
        ("", "new.csv is empty"),
    ],
)
def test_a_file_that_cannot_be_scored_is_refused_with_what_it_has(
    clustered: Published, tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "new.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        score(file, settings=clustered.settings)


def test_an_as_of_date_for_features_and_an_unknown_format_are_refused(clustered: Published, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("id,recency,frequency,monetary\na,3,30,2000\n")
    with pytest.raises(InputError, match="has its recency worked out, so no as-of date can move it"):
        score(file, settings=clustered.settings, as_of=dt.date(2025, 6, 1))
    with pytest.raises(InputError, match="`txt` is no format of exports"):
        score_file(clustered.settings, str(file), tmp_path / "out.txt")


def test_python_scores_by_the_warehouse_that_is_named(clustered: Published) -> None:
    table = pa.table({"recency": [3, 300], "frequency": [30, 1], "monetary": [2000.0, 9.0]})
    found = rg.score(table, warehouse=clustered.settings.warehouse)
    assert found["cluster_id"].to_pylist() == [1, 2]
    assert found["customer_id"].to_pylist() == ["1", "2"]


def test_a_file_that_breaks_off_says_why_and_leaves_no_result(
    clustered: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = ["recency", "frequency", "monetary"]

    def breaking() -> Iterator[pa.RecordBatch]:
        rows = pa.table({name: ["1"] * 200_000 for name in columns})
        yield from rows.append_column("_row", pa.array(range(200_000))).to_batches()
        raise InputError("new.csv changed while it was read. Run again when it is complete.")

    delivery = Delivery("new.csv", "new.csv", 1, "", columns, breaking)
    given = Given(delivery, None, SourceSettings())
    monkeypatch.setattr(scoring, "_given", lambda customers, settings: nullcontext(given))
    with pytest.raises(InputError, match=r"new\.csv changed while it was read"):
        score_file(clustered.settings, "new.csv", tmp_path / "scored.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_list_with_the_history_is_scored_as_the_shop_s_own_customers_are(clustered: Published) -> None:
    wide = clustered.queries.sql(
        "select rfm.customer_id, recency, frequency, monetary, orders, tenure_days, days_since_last_order,"
        " lifetime_value from fct_customer_rfm rfm inner join customer_behavior_metrics b using (customer_id)"
        " order by customer_id"
    )
    found = score(wide, settings=clustered.settings)
    published = clustered.queries.sql(
        "select segment, probability_alive, expected_value_90, next_order_date from customer_clv"
        " inner join customer_segments using (customer_id) order by customer_id"
    )
    assert found["segment"].to_pylist() == published["segment"].to_pylist()
    assert found["next_order_date"].to_pylist() == published["next_order_date"].to_pylist()
    for name in ("probability_alive", "expected_value_90"):
        mine, theirs = ([float(value) for value in table[name].to_pylist()] for table in (found, published))
        assert mine == pytest.approx(theirs, abs=0.0101)


def test_orders_are_scored_with_value_and_churn_as_a_run_has_them(clustered: Published) -> None:
    found = score(clustered.folder / "orders.csv", settings=clustered.settings)
    by_name = clustered.queries.sql(
        "select customer_key, probability_alive, churn_probability, segment from customer_identity_map"
        " inner join customer_clv using (customer_id) inner join customer_health using (customer_id)"
        " inner join customer_segments using (customer_id) order by customer_key"
    )
    assert found["customer_id"].to_pylist() == by_name["customer_key"].to_pylist()
    assert found["segment"].to_pylist() == by_name["segment"].to_pylist()
    for name in ("probability_alive", "churn_probability"):
        mine, theirs = ([float(value) for value in table[name].to_pylist()] for table in (found, by_name))
        assert mine == pytest.approx(theirs, abs=0.0000011)


def test_what_a_list_says_too_little_for_is_noted_and_left_out(clustered: Published, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("id,recency,frequency,monetary\na,3,30,2000\n")
    report = score_file(clustered.settings, str(file))
    assert report.notes == ["No value and no churn: the list has no column orders, tenure_days, average_order_value."]
    assert (report.foretold, sum(report.segments.values())) == (0, 1)
