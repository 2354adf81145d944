"""One input on two warehouses, through the commands a user gives, and what their marts have in common: everything."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from tests.fingerprints import canonical_rows, fingerprints

from regulars import catalog
from regulars.engines.base import open_engine
from regulars.pipeline import Request, run_pipeline
from regulars.settings import Settings

# The table that says which run made it and when, which is another one on the other side.
_TELLS_THE_RUN = "settings.parameters"
# When the checks were measured differs too, and nothing else of what they are measured by.
_MEASURED = {"measured_at", "measured_at_shop"}
_READ_BY = {
    catalog.QUALITY.name: "select "
    + ", ".join(name for name in catalog.QUALITY.column_names if name not in _MEASURED)
    + f" from {catalog.QUALITY.name}"
}
SCHEMAS = ("marts", "learned", "raw", "settings")


def run_on(warehouse: str, files: Sequence[str], **sections: object) -> Settings:
    """Runs everything on one warehouse and returns the settings that it was run with."""
    settings = Settings(warehouse=warehouse, **sections)  # type: ignore[arg-type]
    run_pipeline(settings, Request(files=files))
    return settings


def differences(one: Settings, other: Settings, schemas: Sequence[str] = SCHEMAS) -> dict[str, list[str]]:
    """The published tables that are not the same, each with the first rows that only one of the two has."""
    with ExitStack() as stack:
        sessions = [stack.enter_context(open_engine(settings).live()) for settings in (one, other)]
        found = [fingerprints(session, schemas, _READ_BY) for session in sessions]
        names = sorted(found[0].keys() | found[1].keys())
        differing = [name for name in names if found[0].get(name) != found[1].get(name) and name != _TELLS_THE_RUN]
        return {
            name: _only_one_has(
                *(
                    set(canonical_rows(session.stream(_READ_BY.get(name, f"select * from {name}"))))
                    for session in sessions
                )
            )
            if all(name in each for each in found)
            else ["only one of the two has this table"]
            for name in differing
        }


def _only_one_has(one: set[str], other: set[str]) -> list[str]:
    return sorted(one ^ other)[:6]
