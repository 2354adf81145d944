"""The settings of one source: where its rows are, and how their columns map to an entity."""

from __future__ import annotations

import os
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from regulars.ages import Age, refuse_wrong_ages
from regulars.errors import SettingsError

Entity = Literal["customers", "orders", "order_lines", "events"]


# Settings that say how text is read, which a table of the warehouse has none of.
_OF_TEXT = ("preset", "date_formats", "decimal", "encoding", "delimiter", "sheet", "header", "storage_options")


class Section(BaseModel):
    """A section of regulars.toml: unknown names are refused, and nothing changes after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SqlSettings(Section):
    """A table or query of a SQL database, read as Arrow."""

    url: str = Field(description="Database, such as postgresql://user@host/shop; env:NAME reads it from a variable")
    table: str | None = Field(None, description="Table or view, with its schema if need be")
    query: str | None = Field(None, description="A select in the place of a table")
    watermark: str | None = Field(
        None, description="Column that grows with every change, such as updated_at; unset = read whole every time"
    )
    look_back: str = Field(
        "0 seconds", description="How far below the watermark rows are read again, such as 2 days, or a number of ids"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> SqlSettings:
        if (self.table is None) == (self.query is None):
            raise ValueError("give either `table` or `query`")
        return self


class MongoSettings(Section):
    """A collection of MongoDB; nested values become JSON."""

    url: str = Field(description="Server, such as mongodb://host:27017; env:NAME reads it from a variable")
    database: str = Field(description="Database")
    collection: str = Field(description="Collection")
    filter: dict[str, Any] = Field({}, description="Only documents that match this")
    watermark: str | None = Field(
        None, description="Field that grows with every change, such as updated_at or _id; unset = read whole every time"
    )
    look_back: str = Field("0 seconds", description="How far below the watermark documents are read again")


class RestSettings(Section):
    """A REST API: pages of JSON by GET, or batches by POST."""

    url: str = Field(description="Address of the first page")
    records: str = Field(
        "", description="Where the list of records lies in the answer, such as data.items; empty = it is the answer"
    )
    headers: dict[str, str] = Field(
        {}, description="Headers of every request; a value env:NAME is read from a variable"
    )
    params: dict[str, str] = Field(
        {}, description="Query parameters of every request; {since} stands for the watermark"
    )
    pages: Literal["none", "link", "cursor", "page"] = Field(
        "none", description="How the next page is found: none, Link header, a cursor in the answer, or a page number"
    )
    cursor: str = Field("next", description='For pages = "cursor": where the answer holds the next cursor or address')
    cursor_param: str = Field("cursor", description='For pages = "cursor": the parameter that takes it')
    page_param: str = Field("page", description='For pages = "page": the parameter that takes the page number')
    first_page: int = Field(1, description='For pages = "page": number of the first page')
    batch_field: str | None = Field(
        None, description="For a batch POST: the field of the body that takes the keys, such as mobiles"
    )
    batch_keys: str | None = Field(
        None, description="For a batch POST: field of the landed customers that gives the keys, such as phone"
    )
    batch_size: int = Field(100, ge=1, description="For a batch POST: keys per request")
    batch_record_key: str | None = Field(
        None, description="For a batch POST: field that a record gets its key in; unset = the name in batch_keys"
    )
    watermark: str | None = Field(
        None, description="Field of a record that grows with every change; unset = read whole every time"
    )
    look_back: str = Field("0 seconds", description="How far below the watermark records are read again")
    timeout_seconds: float = Field(30.0, gt=0, description="Time for one answer")
    retries: int = Field(
        5, ge=0, description="Further tries after a dropped connection, 429 or 5xx, with growing pauses"
    )
    requests_per_second: float | None = Field(None, gt=0, description="Never ask more often than this")

    @model_validator(mode="after")
    def _fits_together(self) -> RestSettings:
        if (self.batch_field is None) != (self.batch_keys is None):
            raise ValueError("a batch POST needs both `batch_field` and `batch_keys`")
        if self.batch_field is not None and (self.pages != "none" or self.watermark is not None):
            raise ValueError("a batch POST has neither `pages` nor a `watermark`: its keys say what is read")
        if self.watermark is None and any("{since}" in value for value in self.params.values()):
            raise ValueError("{since} in `params` stands for the watermark; name its field in `watermark`")
        return self


class KafkaSettings(Section):
    """A topic of JSON events; the offsets are kept in the ledger, beside the rows."""

    servers: str = Field(description="Bootstrap servers, such as broker:9092")
    topic: str = Field(description="Topic")
    max_wait_seconds: float = Field(5.0, gt=0, description="End the read when nothing came for so long")
    max_messages: int | None = Field(
        None, ge=1, description="End the read after so many messages; unset = up to the present end"
    )
    options: dict[str, str] = Field(
        {}, description="Further settings of librdkafka; a value env:NAME is read from a variable"
    )


class DltSettings(Section):
    """A dlt resource or source, by its import path."""

    resource: str = Field(description="Import path, such as my_package.shop:orders")
    arguments: dict[str, Any] = Field(
        {}, description="Arguments it is called with; a value env:NAME is read from a variable"
    )
    watermark: str | None = Field(None, description="Field that grows with every change; unset = read whole every time")


class SourceSettings(Section):
    """Where the rows of one source are, and how their columns map to an entity.

    Files have a `path`; other sources a section of their own, such as `[sources.<name>.sql]`.
    """

    path: str | list[str] | None = Field(
        None,
        description="File or glob, or a list of them, from the working directory; or a URL such as"
        " s3://bucket/orders-*.csv (pip install 'regulars[cloud]')",
    )
    storage_options: dict[str, Any] = Field(
        {},
        description="For a URL: arguments of its fsspec file system, such as endpoint_url; a value env:NAME is read"
        " from a variable",
    )
    kind: Literal["table"] | None = Field(
        None, description="`table` for a table that already lies in the warehouse: it is mapped there, and not copied"
    )
    table: str | None = Field(
        None,
        description='For kind = "table": the table or view, such as sales.orders; in the embedded warehouse also'
        " Parquet files, such as lake/orders/*.parquet, or the folder they are in",
    )
    sql: SqlSettings | None = None
    mongo: MongoSettings | None = None
    rest: RestSettings | None = None
    kafka: KafkaSettings | None = None
    dlt: DltSettings | None = None
    entity: Entity | None = Field(None, description="What its rows are; unset = found from the columns")
    preset: str | None = Field(None, description="Layout of a known export; unset = found from the columns")
    fields: dict[str, str] = Field(
        {},
        description='field = "DuckDB SQL expression over the columns", for kind = "table" in the SQL of its'
        " warehouse; set_aside gives a reason for rows that are none, timezone the zone of a row's times, deleted which"
        " records are deleted: by a time, a flag or a condition",
    )
    date_formats: list[str] = Field([], description="strptime formats, tried in this order before the built-in ones")
    decimal: Literal[".", ","] = Field(".", description="Decimal sign of its numbers")
    timezone: str | None = Field(None, description="Zone of timestamps without one; unset = the shop's")
    id_space: str = Field("", description="Name it when this source's customer ids are not those of the other sources")
    encoding: str | None = Field(None, description="Encoding of its text; unset = found from the bytes")
    delimiter: str | None = Field(None, description="Character between its columns; unset = found from the first lines")
    sheet: str | int | None = Field(None, description="Excel sheet, by name or number; unset = the first that has rows")
    header: bool | None = Field(
        None, description="Whether its first row names the columns; unset = found from the rows"
    )
    warn_after: Age | None = Field(
        None, description='Age at which it is told as late, such as "26 hours"; unset = as [quality] says'
    )
    error_after: Age | None = Field(
        None, description='Age at which it stops publishing, such as "3 days"; unset = as [quality] says'
    )

    @property
    def paths(self) -> list[str]:
        """The patterns of `path`, as a list."""
        if self.path is None:
            return []
        return [self.path] if isinstance(self.path, str) else list(self.path)

    @property
    def feed(self) -> SqlSettings | MongoSettings | RestSettings | KafkaSettings | DltSettings | None:
        """Where its rows come from when they are no files."""
        return self.sql or self.mongo or self.rest or self.kafka or self.dlt

    @model_validator(mode="after")
    def _warns_before_it_stops(self) -> SourceSettings:
        refuse_wrong_ages(self.warn_after, self.error_after)
        return self

    @model_validator(mode="after")
    def _one_place(self) -> SourceSettings:
        places = ("path", "table", "sql", "mongo", "rest", "kafka", "dlt")
        given = [name for name in places if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"a source has one place, and this has {', '.join(given)}; make two sources of it")
        return self

    @model_validator(mode="after")
    def _is_whole_table(self) -> SourceSettings:
        if (self.kind == "table") != (self.table is not None):
            raise ValueError('a table of the warehouse has both kind = "table" and `table`, the name of it')
        if self.table is None:
            return self
        if self.entity is None:
            raise ValueError(
                f"say what the rows of {self.table} are: entity = customers, orders, order_lines or events"
            )
        foreign = [name for name in _OF_TEXT if getattr(self, name) != type(self).model_fields[name].default]
        if foreign:
            raise ValueError(f"a table has types, and {', '.join(foreign)} say how text is read; leave them out")
        if "timezone" in self.fields:
            raise ValueError("a table's times have a zone by their type; leave timezone out of its fields")
        return self


def secret(value: str) -> str:
    """The value, or what the variable holds that it names as `env:NAME`.

    Raises:
        SettingsError: The variable is not set.
    """
    scheme, _, name = value.partition(":")
    if scheme != "env":
        return value
    if name not in os.environ:
        raise SettingsError(f"The settings read {value}, and there is no variable {name}. Set it and run again.")
    return os.environ[name]
