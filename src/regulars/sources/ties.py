"""Watermarks that neither lose nor repeat the records which lie exactly on them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any


class Ties:
    """Passes records on, and keeps the greatest value of their watermark with a digest of each record that has it.

    The next reading asks from that value on, itself included, and leaves out what it has seen: a record that came since
    with the same value is read, and so is one that was changed.
    """

    def __init__(self, since: Any, seen: Iterable[str]) -> None:
        self.value = since
        self.seen = set(seen)
        self.without = 0
        self._since, self._known = since, frozenset(seen)

    def unseen(
        self, records: Iterable[Any], value_of: Callable[[Any], Any], line_of: Callable[[Any], bytes]
    ) -> Iterator[bytes]:
        """The lines of the records that were not seen on the watermark before.

        Args:
            records: In any order.
            value_of: A record's value of the watermark; None when it has none.
            line_of: A record as it will be landed.
        """
        for record in records:
            line, value = line_of(record), value_of(record)
            if value is None:
                self.without += 1
                yield line
                continue
            if self.value is None or value >= self.value:
                digest = hashlib.blake2b(line, digest_size=12).hexdigest()
                if value == self._since and digest in self._known:
                    continue
                if value != self.value:
                    self.value, self.seen = value, set()
                self.seen.add(digest)
            elif value == self._since and hashlib.blake2b(line, digest_size=12).hexdigest() in self._known:
                continue
            yield line
