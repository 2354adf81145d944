"""The outside world as Arrow: deliveries of text columns, and how their columns map to an entity's fields."""

from regulars.sources.delivery import Delivery, FileOptions
from regulars.sources.detect import Mapping, detect, likely_source
from regulars.sources.opening import expand, open_delivery
from regulars.sources.tables import from_arrow

__all__ = ["Delivery", "FileOptions", "Mapping", "detect", "expand", "from_arrow", "likely_source", "open_delivery"]
