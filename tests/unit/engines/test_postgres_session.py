"""Rows in and out of PostgreSQL: types, names, transactions, and what is said when something fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import adbc_driver_manager as adbc
import pyarrow as pa
import pytest
from tests.servers import Postgres

from regulars.engines.postgres_address import Address
from regulars.engines.postgres_session import PostgresSession, connected
from regulars.errors import SourceUnreachable, WarehouseError

ROWS = pa.table(
    {
        "moment": pa.array([dt.datetime(2024, 2, 29, 23, 59, 58, 123456), None], pa.timestamp("us")),
        "amount": pa.array([Decimal("-12.30"), None], pa.decimal128(18, 2)),
        "whole": pa.array([2**31 - 1, None], pa.int32()),
        "large": pa.array([2**62, None], pa.int64()),
        "share": pa.array([0.1, None]),
        "day": pa.array([dt.date(204, 1, 1), None]),
        "yes": pa.array([True, None]),
        "words": pa.array(["It's – „ünïcode“ \\ \t", None]),
        "content": pa.array([b"\x00\xff", None]),
    }
)


@pytest.fixture
def session(database: str) -> Iterator[PostgresSession]:
    with connected(Address.of(database)) as session:
        yield session


def test_every_type_comes_back_as_it_went(session: PostgresSession) -> None:
    assert session.replace("made.here", ROWS) == 2
    assert session.query("select * from made.here").equals(ROWS)
    assert session.columns("made.here") == ROWS.schema.names


def test_rows_are_matched_by_name_and_cast_to_what_the_table_holds(session: PostgresSession) -> None:
    session.execute("create table t (small integer, words varchar, money decimal(18,2), n bigint default 7)")
    rows = pa.table(
        {
            "money": pa.array([Decimal("1.5")]),
            "words": pa.array(["a"], pa.large_string()),
            "small": pa.array([1], "int64"),
        }
    )
    assert session.append("public.t", rows.to_reader()) == 1
    assert session.append("public.t", rows.slice(0, 0)) == 0
    assert session.query("select * from t").to_pylist() == [
        {"small": 1, "words": "a", "money": Decimal("1.50"), "n": 7}
    ]


def test_a_number_that_does_not_fit_is_refused_and_not_cut(session: PostgresSession) -> None:
    session.execute("create table t (small integer)")
    with pytest.raises(pa.ArrowInvalid):
        session.append("public.t", pa.table({"small": pa.array([2**40])}))


def test_what_the_source_of_the_rows_raises_is_what_is_raised(session: PostgresSession) -> None:
    def rows() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"n": [1]})
        raise SourceUnreachable("The shop is closed.")

    session.execute("create table t (n bigint)")
    with pytest.raises(SourceUnreachable, match="closed"):
        session.append("public.t", pa.RecordBatchReader.from_batches(pa.schema([("n", pa.int64())]), rows()))
    assert session.query("select * from t").num_rows == 0


def test_replacing_rows_of_the_same_kind_keeps_the_views_on_them(session: PostgresSession) -> None:
    session.replace("made.here", ROWS)
    session.execute("create view made.above as select * from made.here")
    session.replace("made.here", ROWS.slice(1))
    assert session.query("select count(*) as n from made.above").to_pylist() == [{"n": 1}]
    session.replace("made.here", pa.table({"other": ["x"]}))
    assert session.query("select * from made.here").to_pylist() == [{"other": "x"}]


def test_a_large_result_is_streamed_and_can_be_left_early(session: PostgresSession) -> None:
    reader = session.stream("select i, i::text as words from generate_series(1, 400000) as numbers (i)", (), 1000)
    assert reader.read_next_batch().num_rows < 10_000
    reader.close()
    assert session.query("select 1 as one").to_pylist() == [{"one": 1}]


def test_decimals_that_nothing_declares_keep_their_digits_and_quotients_are_floating(session: PostgresSession) -> None:
    found = session.query(
        "select sum(x) as total, avg(x) as mean, sum(1::bigint) as whole"
        " from (values (1.25::decimal(18,2)), (2)) as v (x)"
    )
    assert found.to_pylist() == [{"total": Decimal("3.25"), "mean": 1.625, "whole": Decimal(2)}]


def test_parameters_take_the_types_of_python(session: PostgresSession) -> None:
    params = (7, "it's", None, dt.date(2024, 1, 1), True, 1.5)
    row = session.query("select $1 as a, $2 as b, $3 as c, $4 as d, $5 as e, $6 as f", params).to_pylist()[0]
    assert tuple(row.values()) == params


def test_a_transaction_that_fails_leaves_nothing(session: PostgresSession) -> None:
    session.execute("create table t (n bigint)")
    with pytest.raises(RuntimeError), session.transaction():
        session.append("public.t", pa.table({"n": [1]}))
        raise RuntimeError
    assert session.query("select * from t").num_rows == 0
    with session.transaction():
        session.append("public.t", pa.table({"n": [1]}))
    assert session.query("select * from t").num_rows == 1


def test_a_statement_that_is_wrong_stays_the_drivers_error(session: PostgresSession) -> None:
    with pytest.raises(adbc.ProgrammingError, match="does not exist"):
        session.query("select * from nowhere")


def test_a_server_that_is_not_there_is_told_with_its_host_and_the_repair() -> None:
    address = Address.of("postgresql://shop:sesame@127.0.0.1:1/shop")
    answer = r"127\.0\.0\.1:1/shop does not answer: .*Check that"
    with pytest.raises(WarehouseError, match=answer) as told, connected(address):
        pass
    assert "sesame" not in str(told.value)
    assert told.value.exit_code == 3


def test_a_wrong_password_is_not_repeated(server: Postgres) -> None:
    address = Address.of(server.address("sesame"))
    with pytest.raises(WarehouseError, match="password authentication failed") as told, connected(address):
        pass
    assert "sesame" not in str(told.value)


def test_a_connection_that_is_cut_is_a_warehouse_error(session: PostgresSession, server: Postgres) -> None:
    (pid,) = session.query("select pg_backend_pid() as pid").column(0).to_pylist()
    reader = session.stream("select i, repeat('x', 100) as t from generate_series(1, 5000000) as numbers (i)", (), 1000)
    reader.read_next_batch()
    server.run(f"select pg_terminate_backend({pid})")
    with pytest.raises(WarehouseError, match="broke off"):
        for _ in reader:
            pass
    with pytest.raises(WarehouseError, match="broke off"):
        session.query("select 1")
