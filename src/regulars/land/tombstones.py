"""What erased persons were known by, kept as keyed hashes, so that a row of theirs is known when it comes again.

A hash is that of one identifier, its kind and a secret of the warehouse's own. Without the secret nobody can try
whether an address is among them; whoever holds the warehouse can, which is what landing does.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.land.parse import quoted

Kind = Literal["key", "email", "phone", "customer"]
# What of a staged row says whose it is, and the kind of hash that it is looked up by.
_KIND_OF: dict[str, Kind] = {"customer_key": "key", "email": "email", "phone": "phone"}
_SECRET = f"(select secret from {catalog.ERASURE_KEY.name})"
# SHA-256 of a text in UTF-8, as lower-case hex.
_HASH = {
    "duckdb": "sha256({})",
    "postgres": "encode(sha256(convert_to({}, 'UTF8')), 'hex')",
    "spark": "sha2({}, 256)",
}


@dataclass(frozen=True)
class Tombstones:
    """All hashes of a warehouse with their kinds, and the secret that they were made with."""

    secret: str
    hashes: Mapping[str, Kind]

    def has(self, kind: Kind, value: str) -> bool:
        """Whether an identifier is of an erased person."""
        return digest(self.secret, kind, value) in self.hashes


def digest(secret: str, kind: Kind, value: str) -> str:
    """The hash of an identifier, as `hashed` makes it in SQL."""
    return hashlib.sha256(f"{secret}|{kind}|{value}".encode()).hexdigest()


def hashed(kind: Kind, expression: str, dialect: str, secret: str = _SECRET) -> str:
    """SQL of the hash of what an expression gives; null of null.

    Args:
        kind: The kind of identifier.
        expression: SQL that gives it.
        dialect: Whose SQL it is.
        secret: SQL that gives the secret.
    """
    return _HASH[dialect].format(f"{secret} || '|{kind}|' || {expression}")


def is_forgotten(columns: Iterable[str], dialect: str, beside: Tombstones | None = None) -> str:
    """SQL: whether a row with these columns is of an erased person.

    Args:
        columns: The row's columns; those that identify nobody are passed over.
        dialect: Whose SQL it is.
        beside: What is remembered, where the SQL runs without the tables of it: it stands in the SQL itself then.
    """
    tests = []
    for column, kind in _KIND_OF.items():
        if column not in columns:
            continue
        if beside is None:
            hash_, known = hashed(kind, column, dialect), f"select hash from {catalog.ERASURES.name}"
        else:
            hash_ = hashed(kind, column, dialect, quoted(beside.secret))
            known = ", ".join(quoted(each) for each in sorted(beside.hashes) if beside.hashes[each] == kind)
        if known:
            tests.append(f"coalesce({hash_} in ({known}), false)")
    return f"({' or '.join(tests) or 'false'})"


def tombstones(session: Session) -> Tombstones | None:
    """What the durable warehouse remembers; None when nobody was ever erased."""
    secret = session.query(f"select secret from {catalog.ERASURE_KEY.name}").column(0).to_pylist()
    if not secret:
        return None
    rows = session.query(f"select hash, kind from {catalog.ERASURES.name}").to_pylist()
    return Tombstones(secret[0], {row["hash"]: row["kind"] for row in rows}) if rows else None


def erased_customers(session: Session, erasure_ids: Sequence[str], first: int, last: int) -> list[int]:
    """The golden ids of erasures: those between two numbers of which there is a hash."""
    places = ", ".join(f"${place}" for place in range(3, len(erasure_ids) + 3))
    hash_ = hashed("customer", "cast(customer_id as varchar)", session.dialect)
    found = session.query(
        "select customer_id from generate_series(cast($1 as bigint), cast($2 as bigint)) as numbers (customer_id)"
        f" where {hash_} in (select hash from {catalog.ERASURES.name}"
        f" where kind = 'customer' and erasure_id in ({places})) order by 1",
        (first, last, *erasure_ids),
    )
    return [int(customer_id) for customer_id in found.column(0).to_pylist()]


def remember(session: Session, erasure_id: str, identifiers: Sequence[tuple[Kind, str]]) -> int:
    """Notes the hashes of identifiers, each once, and returns how many are new."""
    if not session.query(f"select 1 from {catalog.ERASURE_KEY.name}").num_rows:
        session.execute(f"insert into {catalog.ERASURE_KEY.name} values ($1)", (secrets.token_hex(32),))
    secret = session.query(f"select secret from {catalog.ERASURE_KEY.name}").column(0)[0].as_py()
    known = set(session.query(f"select hash from {catalog.ERASURES.name}").column(0).to_pylist())
    new = {digest(secret, kind, value): kind for kind, value in identifiers}
    rows = [{"erasure_id": erasure_id, "kind": new[hash_], "hash": hash_} for hash_ in sorted(new.keys() - known)]
    if rows:
        session.append(catalog.ERASURES.name, pa.Table.from_pylist(rows))
    return len(rows)


def copy_to(session: Session, known: Tombstones) -> None:
    """Puts the hashes into another session that has the tables for them, such as a scratch database."""
    session.execute(f"insert into {catalog.ERASURE_KEY.name} values ($1)", (known.secret,))
    hashes = pa.array(sorted(known.hashes), pa.string())
    session.append(catalog.ERASURES.name, pa.table({"hash": hashes}))


def unfinished(session: Session) -> list[str]:
    """The erasures that were begun and not proved."""
    found = session.query(
        f"select distinct erasure_id from {catalog.ERASURES.name} where erasure_id not in"
        f" (select erasure_id from {catalog.ERASURE_PROOFS.name}) order by 1"
    )
    return [str(name) for name in found.column(0).to_pylist()]
