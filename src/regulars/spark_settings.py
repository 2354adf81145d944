"""Where Spark keeps its tables, where readers are served from, and what Spark itself is told."""

from __future__ import annotations

from pydantic import Field

from regulars.source_settings import Section


class SparkSettings(Section):
    """For a warehouse on Apache Spark: [Spark](spark.md) says what each of these does."""

    lake: str | None = Field(
        None,
        description="Folder or URL of the Parquet tables, which every worker must reach; unset = `lake` in `serving`",
    )
    serving: str = Field(
        "warehouse", description="Folder of the embedded warehouse that keeps what landed and serves what is finished"
    )
    conf: dict[str, str] = Field(
        {}, description='What Spark is told besides, such as { "spark.executor.memory" = "8g" }'
    )
    bring_home_orders: bool = Field(
        True,
        description="Whether publishing copies the orders home; without them everything is served but the orders"
        " themselves, `why`, past days and extracts",
    )
    start_seconds: int = Field(60, ge=1, description="How long to wait for Spark to take up work before giving up")
