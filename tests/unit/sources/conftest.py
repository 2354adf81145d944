"""Files written on the spot, and what reading them gives."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from regulars.sources import FileOptions, open_delivery
from regulars.sources.delivery import Delivery


@dataclass
class Reading:
    delivery: Delivery
    rows: list[list[str | None]]
    numbers: list[int]
    malformed: list[tuple[int, str, str]]

    @property
    def columns(self) -> list[str]:
        return self.delivery.columns


def reading(delivery: Delivery) -> Reading:
    """Everything that a delivery gives."""
    table = delivery.batches().read_all()
    numbers = table.column("_row").to_pylist()
    cells = [column.to_pylist() for column in table.drop_columns(["_row"]).columns]
    bad = [tuple(row.values()) for row in delivery.malformed.to_pylist()]
    return Reading(delivery, [list(row) for row in zip(*cells, strict=True)], numbers, bad)  # type: ignore[misc]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(content: str | bytes, name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[..., Reading]:
    def read(content: str | bytes, name: str = "orders.csv", **options: Any) -> Reading:
        return reading(open_delivery(write(content, name), FileOptions(**options)))

    return read
