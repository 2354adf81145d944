"""The durable sides of both warehouses, as the tests of landing have them."""

from tests.unit.land.conftest import durable, engine

__all__ = ["durable", "engine"]
