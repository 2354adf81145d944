"""The classic dirty list: 5,000 customer rows, 15 % of them duplicates; who is left, why, and how much is true."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from pyarrow import csv
from tests.end_to_end import doors

# 4,474 people have 4,250 accounts, and 750 rows more are second or third accounts of them.
PEOPLE = "4474"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the list, its truth, and a warehouse made of the list alone."""
    folder = tmp_path_factory.mktemp("dirty")
    for words in (("generate", "list", "--customers", PEOPLE, "--seed", "7"), ("run", "list/customers.csv")):
        done = doors.command(*words, folder=folder)
        assert done.exit_code == 0, done.errors
    return folder


def _truth(folder: Path) -> dict[str, int]:
    table = csv.read_csv(folder / "list" / "truth" / "identity.csv")
    ids = [str(value) for value in table["customer_id"].to_pylist()]
    return dict(zip(ids, table["person_id"].to_pylist(), strict=True))


def test_five_thousand_rows_become_as_many_people_as_there_are(folder: Path) -> None:
    live = folder / "warehouse" / "live.duckdb"
    truth = _truth(folder)
    assert len(truth) == 5_000
    ((records, people),) = doors.ask(
        live, "select count(*), count(distinct customer_id) from marts.customer_identity_map"
    )
    assert records == 5_000
    true_people = len(set(truth.values()))
    assert true_people == 4_250
    assert abs(people - true_people) <= 0.03 * 750


def test_every_malformed_email_is_found(folder: Path) -> None:
    live = folder / "warehouse" / "live.duckdb"
    counts = json.loads((folder / "list" / "truth" / "counts.json").read_text(encoding="utf-8"))
    broken = counts["dirty_customer_records"]["malformed_emails"]
    assert broken == 250
    assert doors.ask(
        live, "select count(*) from marts.customer_identity_map where is_email_malformed and email is null"
    ) == [(broken,)]
    assert doors.ask(live, "select count(*) from marts.dim_customers where email not like '%_@_%.__%'") == [(0,)]


def test_the_check_counts_the_malformed_emails_and_leads_to_their_rows(folder: Path) -> None:
    live, found_by = folder / "warehouse" / "live.duckdb", "nearly_all_emails_are_well_formed"
    [(failures, status)] = doors.ask(live, f"select failures, status from ops.checks where check_name = '{found_by}'")
    assert (failures, status) == (250, "warn")
    [told] = [
        check
        for check in doors.command("check", "--json", folder=folder).rows[0]["checks"]
        if check["check_name"] == found_by
    ]
    assert told["rows"] in " ".join(doors.command("check", folder=folder).output.split())
    listed = doors.command(*told["rows"].split()[1:], "--json", folder=folder).rows
    # An address of the list that has no single @ with a host behind it, read by other means than Regulars'.
    lines = csv.read_csv(folder / "list" / "customers.csv").select(["customer_id", "email"]).to_pylist()
    malformed = [
        (number, str(line["customer_id"]))
        for number, line in enumerate(lines, 1)
        if line["email"] and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", line["email"].strip())
    ]
    assert len(malformed) == 250
    assert [(row["row_number"], row["record_id"]) for row in listed] == malformed
    assert {(row["uri"], row["field"]) for row in listed} == {("list/customers.csv", "email")}
    marked = doors.ask(
        live, "select source_customer_id from marts.customer_identity_map where is_email_malformed order by 1"
    )
    assert marked == sorted((record,) for _, record in malformed)
    few = doors.command(*told["rows"].split()[1:], "--limit", "3", folder=folder)
    assert "Only the first 3 rows" in few.errors and "list/customers.csv" in few.output
    wrong = doors.command("check", "--rows", "emails", folder=folder)
    assert wrong.exit_code == 2 and found_by in wrong.errors


def test_every_duplicate_is_counted_and_leads_to_its_row(folder: Path) -> None:
    sql = (
        "select customer_id, source_customer_id, linked_by from customer_identity_map where linked_by <> 'new'"
        " order by source_customer_id"
    )
    duplicates = doors.command("sql", sql, "--limit", "5000", "--json", folder=folder).rows
    report = doors.command("identity", "evaluate", "--truth", "list", "--json", folder=folder).rows[0]
    assert len(duplicates) == report["records"] - report["people"]
    assert len(duplicates) == sum(rule["records"] for rule in report["rules"] if rule["rule"] != "new")
    # 750 rows are second or third accounts; all but a few are found, and all but a few of those found are.
    truth = _truth(folder)
    mates = Counter(truth.values())
    assert sum(count - 1 for count in mates.values()) == 750
    assert abs(len(duplicates) - 750) <= 0.03 * 750
    assert sum(mates[truth[row["source_customer_id"]]] > 1 for row in duplicates) >= 0.97 * 750
    # Each leads to its line of the file, by the ledger's load and the number of the row.
    lines = csv.read_csv(folder / "list" / "customers.csv")["customer_id"].to_pylist()
    placed = doors.ask(
        folder / "warehouse" / "durable.duckdb",
        "select staged.source_customer_id, loads.uri, staged._row from staging.customer_records as staged"
        " join ops.loads as loads on loads.load_id = staged._load_id"
        " join identity.records as records on records.source = staged.source"
        " and records.source_customer_id = staged.source_customer_id"
        " where records.linked_by <> 'new' order by 1",
    )
    assert [row["source_customer_id"] for row in duplicates] == [record for record, _, _ in placed]
    assert all(uri == "list/customers.csv" and str(lines[row - 1]) == record for record, uri, row in placed)


def test_dates_of_every_style_are_read(folder: Path) -> None:
    styles = json.loads((folder / "list" / "truth" / "counts.json").read_text(encoding="utf-8"))["date_formats"]
    assert all(count > 500 for column in ("created_at", "birth_date") for count in styles[column].values())
    [(read, born)] = doors.ask(
        folder / "warehouse" / "durable.duckdb",
        "select count(created_at), count(birth_date) from staging.customer_records",
    )
    assert (read, born) == (sum(styles["created_at"].values()), sum(styles["birth_date"].values()))


def test_every_merge_has_a_reason_that_its_records_bear_out(folder: Path) -> None:
    live = folder / "warehouse" / "live.duckdb"
    rows = doors.ask(
        live,
        "select customer_id, source_customer_id, email, phone, linked_by, probability"
        " from marts.customer_identity_map order by customer_id, source_customer_id",
    )
    people: dict[int, list[tuple[object, ...]]] = {}
    for row in rows:
        people.setdefault(row[0], []).append(row)
    assert {"email", "phone", "match"} <= {row[4] for row in rows}
    for records in people.values():
        assert [row[4] for row in records].count("new") == 1, records
        emails = Counter(row[2] for row in records if row[2])
        phones = Counter(row[3] for row in records if row[3])
        for _, _, email, phone, linked_by, probability in records:
            if linked_by == "email":
                assert emails[email] > 1
            if linked_by == "phone":
                assert phones[phone] > 1
            if linked_by == "match":
                assert probability is not None and probability >= 0.95
            else:
                assert probability is None


def test_the_evaluation_says_how_much_of_it_is_true(folder: Path) -> None:
    done = doors.command("identity", "evaluate", "--truth", "list", "--json", folder=folder)
    assert done.exit_code == 0, done.errors
    (report,) = done.rows
    measures = {row["measure"]: row for row in report["measures"]}
    assert measures["pairs"]["precision"] >= 0.995
    assert measures["pairs"]["recall"] >= 0.97
    assert measures["whole people"]["true"] == 4_250
    assert (report["records"], report["malformed_emails"], report["not_in_truth"]) == (5_000, 250, 0)
    assert sum(rule["records"] for rule in report["rules"]) == 5_000
    for rule in report["rules"]:
        if rule["rule"] != "new":
            assert rule["right"] + rule["wrong"] == rule["records"]
    pairs = Counter(Counter(_truth(folder).values()).values())
    assert measures["pairs"]["true"] == sum(size * (size - 1) // 2 * count for size, count in pairs.items())


def test_the_evaluation_is_printed_for_people(folder: Path) -> None:
    done = doors.process("identity", "evaluate", "--truth", "list", folder=folder)
    assert done.exit_code == 0, done.errors
    for words in ("5,000 records are", "250 malformed e-mails", "an equal e-mail", "likeness", "Precision"):
        assert words in done.output
    alone = doors.process("identity", "evaluate", folder=folder)
    assert "Precision" not in alone.output
    wrong = doors.process("identity", "evaluate", "--truth", "list/orders.csv", folder=folder)
    assert wrong.exit_code == 2
    assert "has no column of persons" in wrong.errors


def test_the_golden_record_of_a_merged_person_says_where_its_fields_come_from(folder: Path) -> None:
    live = folder / "warehouse" / "live.duckdb"
    (((customer,), *_)) = doors.ask(live, "select customer_id from marts.dim_customers where records > 1 order by 1")
    done = doors.command("customer", str(customer), "--json", folder=folder)
    (shown,) = done.rows
    sources = {row["field"]: row for row in shown["field_sources"]}
    records = {row["source_customer_id"] for row in shown["records"]}
    assert {"last_name", "birth_date"} & set(sources)
    assert {row["source_customer_id"] for row in sources.values()} <= records
    table = doors.command("customer", str(customer), folder=folder).output
    assert "Where the fields come from" in table


def test_two_records_of_one_person_are_explained(folder: Path) -> None:
    live = folder / "warehouse" / "live.duckdb"
    for rule, words in (("email", "the same e-mail"), ("match", "likeness")):
        ((left, right),) = doors.ask(
            live,
            "select min(source_customer_id), max(source_customer_id) from marts.customer_identity_map"
            " group by customer_id having count(*) = 2 and"
            f" bool_or(linked_by = '{rule}') order by customer_id limit 1",
        )
        done = doors.command("identity", "explain", left, right, folder=folder)
        assert done.exit_code == 0, done.errors
        assert "One person" in done.output
        assert f"Linked by {words}" in done.output


def test_what_is_less_sure_waits_for_a_decision_and_is_gone_after_it(folder: Path) -> None:
    settings = "[identity]\nmatch_threshold = 0.99999\nreview_threshold = 0.6\n"
    (folder / "unsure.toml").write_text(settings, encoding="utf-8")
    options = ("-w", "unsure", "--settings", "unsure.toml")
    done = doors.command("run", "list/customers.csv", *options, folder=folder)
    assert done.exit_code == 0, done.errors
    waiting = doors.command("identity", "review", "--limit", "500", "--json", *options, folder=folder).rows
    assert waiting
    assert all(0.6 <= pair["probability"] < 0.99999 for pair in waiting if pair["reason"] == "probability")
    command = waiting[0]["commands"][0].split()[1:]
    merged = doors.command(*command, *options, folder=folder)
    assert merged.exit_code == 0, merged.errors
    rest = doors.command("identity", "review", "--limit", "500", "--json", *options, folder=folder).rows
    decided = {waiting[0]["left"]["customer_key"], waiting[0]["right"]["customer_key"]}
    assert decided not in [{pair["left"]["customer_key"], pair["right"]["customer_key"]} for pair in rest]
    shown = doors.command("identity", "review", "--limit", "1", *options, folder=folder).output
    assert "regulars identity never" in shown


def test_a_model_trained_on_the_list_resolves_it_as_well(folder: Path) -> None:
    done = doors.command("identity", "train", "--json", folder=folder)
    assert done.exit_code == 0, done.errors
    (report,) = done.rows
    assert report["converged"] and report["records"] == 5_000
    again = doors.command("identity", "train", folder=folder)
    assert again.exit_code == 2 and "is there already" in again.errors
    (folder / "trained.toml").write_text('[identity]\nmodel = "person_model.json"\n', encoding="utf-8")
    options = ("-w", "trained", "--settings", "trained.toml")
    assert doors.command("run", "list/customers.csv", *options, folder=folder).exit_code == 0
    (found,) = doors.command("identity", "evaluate", "--truth", "list", "--json", *options, folder=folder).rows
    pairs = next(row for row in found["measures"] if row["measure"] == "pairs")
    assert pairs["precision"] >= 0.995
    assert pairs["recall"] >= 0.97
