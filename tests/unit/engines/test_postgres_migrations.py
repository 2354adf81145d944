"""The durable side grows by numbered files, each of which is applied once."""

from __future__ import annotations

import pytest

from regulars.engines import postgres_migrations
from regulars.engines.postgres_address import Address
from regulars.engines.postgres_migrations import migrate, migrations, statements
from regulars.engines.postgres_session import connected


def test_a_database_of_an_older_version_gets_what_it_lacks(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = migrations()
    with connected(Address.of(database)) as session:
        assert migrate(session, "here") == [name for name, _ in known.values()]
        session.execute("insert into staging.orders (order_id) values ('o1')")
        later = {**known, max(known) + 1: ("of_later", "alter table staging.orders add column gift boolean;\n")}
        monkeypatch.setattr(postgres_migrations, "migrations", lambda: later)
        assert migrate(session, "here") == ["of_later"]
        assert migrate(session, "here") == []
        assert session.query("select order_id, gift from staging.orders").to_pylist() == [
            {"order_id": "o1", "gift": None}
        ]


def test_a_file_that_fails_leaves_nothing_of_any(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {**migrations(), 99: ("broken", "create table ops.half (n bigint);\nselect nothing from nowhere;\n")}
    monkeypatch.setattr(postgres_migrations, "migrations", lambda: broken)
    with connected(Address.of(database)) as session:
        with pytest.raises(Exception, match="nowhere"):
            migrate(session, "here")
        assert session.columns("ops.half") == []
        assert session.columns("staging.orders") == []


def test_numbers_follow_each_other() -> None:
    assert list(migrations()) == list(range(1, len(migrations()) + 1))


def test_a_statement_ends_with_its_line() -> None:
    assert statements("-- a note; of ours\nselect 1;\nselect ';', 2;\n") == ["select 1", "select ';', 2"]
