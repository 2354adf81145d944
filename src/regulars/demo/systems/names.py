"""What the demo's own parts of a server are called; known without the driver of any."""

from __future__ import annotations

POSTGRES_SCHEMA = "regulars_demo"
POSTGRES_TABLE = "orders"
MONGO_DATABASE = "regulars_demo"
MONGO_COLLECTION = "customers"
KAFKA_TOPIC = "regulars_demo_events"
