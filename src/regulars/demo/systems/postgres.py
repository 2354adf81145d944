"""The orders of the demo shop in a table of PostgreSQL."""

from __future__ import annotations

from contextlib import closing

import adbc_driver_manager as adbc
import pyarrow as pa
from adbc_driver_postgresql import dbapi

from regulars.demo.systems.addresses import server_of, without_password
from regulars.demo.systems.names import POSTGRES_SCHEMA, POSTGRES_TABLE
from regulars.errors import SettingsError, SourceUnreachable

_CREATE = (
    f"create schema if not exists {POSTGRES_SCHEMA}",
    f"drop table if exists {POSTGRES_SCHEMA}.{POSTGRES_TABLE}",
    f"create table {POSTGRES_SCHEMA}.{POSTGRES_TABLE} (order_id bigint primary key, customer_id bigint,"
    " email text, phone text, ordered_at timestamp not null, amount numeric(18, 2) not null, currency text not null,"
    " status text not null, store text not null, refunded_amount numeric(18, 2), refund_date date,"
    " discount numeric(18, 2), updated_at timestamp not null)",
)


def put_orders(url: str, orders: pa.Table) -> None:
    """Makes the table hold these orders and nothing else, in one transaction.

    Raises:
        SourceUnreachable: The database does not let us in.
        SettingsError: Its user may not make a schema or a table.
    """
    server = server_of(url)
    try:
        connection = dbapi.connect(url)
    except adbc.Error as error:
        raise SourceUnreachable(
            f"The database at {server} does not answer: {without_password(str(error), url)}."
            " Check that it runs, and the address of --postgres."
        ) from None
    with closing(connection):
        try:
            with connection.cursor() as cursor:
                for statement in _CREATE:
                    cursor.execute(statement)
                cursor.adbc_ingest(POSTGRES_TABLE, orders, mode="append", db_schema_name=POSTGRES_SCHEMA)
            connection.commit()
        except adbc.Error as error:
            raise SettingsError(
                f"The orders cannot be written to {POSTGRES_SCHEMA}.{POSTGRES_TABLE} at {server}:"
                f" {without_password(str(error), url)}. Mend that, or grant its user to make a schema."
            ) from None
