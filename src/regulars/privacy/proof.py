"""The proof of an erasure: what was found where before, what was taken out, what is found now; nothing of the person.

It is signed with the warehouse's own secret over all that it says, so that a proof that was altered is known as such.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from regulars.privacy.traces import OWN

BEYOND_REACH = (
    "Beyond reach: back-ups, snapshots of the file system, the write-ahead log and replicas of a database server, spare"
    " blocks of an SSD, the files that the sources were read from, and whatever was handed on to others."
)


@dataclass(frozen=True)
class Proof:
    """What was done and found.

    Attributes:
        erasure_id: The erasure; it is the time and four random letters.
        run_id: The run that built everything anew; empty when nothing was published.
        proved_at: When, in UTC.
        warehouse: Where.
        identifiers: How many identifiers of each kind the tombstones keep.
        erased: Rows per table of the durable side.
        found_before: Per kind and place, rows or files in which something of the person stood.
        found_after: The same afterwards.
        searched: Tables, files and bytes that were looked through afterwards.
        still_known: Rows that the tombstones would still find.
        notes: What else was done, and what is beyond reach.
        is_rehearsal: Whether all of it was taken back.
        signature: Of all the above.
    """

    erasure_id: str
    run_id: str
    proved_at: str
    warehouse: str
    identifiers: dict[str, int]
    erased: dict[str, int]
    found_before: dict[str, dict[str, int]]
    found_after: dict[str, dict[str, int]] = field(default_factory=dict)
    searched: dict[str, int] = field(default_factory=dict)
    still_known: int = 0
    notes: tuple[str, ...] = ()
    is_rehearsal: bool = False
    signature: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether not a trace is left."""
        return not self.still_known and not any(self.found_after.get(kind) for kind in OWN)

    def signed(self, secret: str) -> Proof:
        """The same with its signature."""
        return replace(self, signature=self._signature(secret))

    def is_genuine(self, secret: str) -> bool:
        """Whether nothing of it was altered since it was signed."""
        return hmac.compare_digest(self.signature, self._signature(secret))

    def json(self) -> str:
        """The proof for machines."""
        content = {**self._content(), "is_clean": self.is_clean}
        return json.dumps(content, ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Proof:
        """Reads what `json` wrote."""
        content: dict[str, Any] = json.loads(text)
        content.pop("is_clean", None)
        return cls(**{**content, "notes": tuple(content["notes"])})

    def text(self) -> str:
        """The proof for people."""
        what = "Rehearsal of an erasure: nothing was changed" if self.is_rehearsal else f"Erasure {self.erasure_id}"
        lines = [what, f"Warehouse: {self.warehouse}", f"Proved at: {self.proved_at} UTC"]
        lines += [f"Built anew by run: {self.run_id}"] if self.run_id else []
        known = ", ".join(f"{number} {_KINDS.get(kind, kind)}" for kind, number in self.identifiers.items() if number)
        lines += [f"Known by: {known}", "", "Rows that would be erased:" if self.is_rehearsal else "Rows erased:"]
        lines += [f"  {rows:>8,}  {table}" for table, rows in self.erased.items()] or ["  none"]
        lines += ["", "Found before:", *_places(self.found_before)]
        if not self.is_rehearsal:
            lines += ["", "Found afterwards:", *_places(self.found_after)]
            lines.append(
                f"Looked through: {self.searched.get('tables', 0):,} tables, {self.searched.get('files', 0):,} files,"
                f" {self.searched.get('bytes', 0):,} bytes"
            )
            lines += ["", "Not a trace is left." if self.is_clean else "TRACES ARE LEFT; see above."]
        lines += ["", *self.notes] if self.notes else []
        return "\n".join([*lines, f"Signature: {self.signature}"] if self.signature else lines)

    def _content(self) -> dict[str, Any]:
        return {**asdict(self), "notes": list(self.notes)}

    def _signature(self, secret: str) -> str:
        content = {**self._content(), "signature": ""}
        plain = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hmac.new(secret.encode(), plain.encode(), hashlib.sha256).hexdigest()


_KINDS = {
    "email": "e-mail address(es)",
    "phone": "phone number(s)",
    "key": "customer key(s)",
    "customer_id": "golden id(s)",
    "customer": "golden id(s)",
    "name": "name(s)",
    "address": "postal address(es)",
}


def _places(found: dict[str, dict[str, int]]) -> list[str]:
    lines = []
    for kind, places in found.items():
        other = "" if kind in OWN else ", which may be of somebody else"
        lines += [f"  {number:>8,}  {_KINDS.get(kind, kind)} in {place}{other}" for place, number in places.items()]
    return lines or ["  nothing"]
