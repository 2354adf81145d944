"""Who may ask what: one table of (method, path, least role), held against an app's routes and tried with every key.

The app may be any that `install_security` was called for; a route that the table does not name fails, and so does a
line of the table that no route answers to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from regulars.serve.api.security import needs
from regulars.serve.roles import Role

# Least role, or None where everybody may ask, by (method, path template).
Table = Mapping[tuple[str, str], Role | None]


@dataclass(frozen=True)
class Disagreement:
    """A route that is not as the table says."""

    method: str
    path: str
    what: str


def disagreements(app: FastAPI, table: Table) -> list[Disagreement]:
    """What differs between the routes of an app, as declared, and the table."""
    declared = dict(_declared(app))
    found = [Disagreement(*key, "is in no line of the table") for key in declared if key not in table]
    found += [Disagreement(*key, "is answered by no route") for key in table if key not in declared]
    found += [
        Disagreement(*key, f"asks for {_word(declared[key])}, and the table says {_word(role)}")
        for key, role in table.items()
        if key in declared and declared[key] != role
    ]
    return found


def trespasses(
    app: FastAPI, table: Table, keys: Mapping[Role, str], values: Mapping[str, str] | None = None
) -> list[Disagreement]:
    """What the app answers to each role, and to nobody, that the table does not say.

    Args:
        app: The app; keys must exist.
        table: Who may ask what.
        keys: A valid key of each role.
        values: What to put in the place of path parameters; `1` for the others.
    """
    found = []
    # Where a redirection leads is a route of its own.
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False)
    for (method, template), least in table.items():
        path = template
        for part in [part for part in template.split("/") if part.startswith("{")]:
            name = part.strip("{}").split(":")[0]
            path = path.replace(part, (values or {}).get(name, "1"))
        for role in (None, *Role):
            headers = {"Authorization": f"Bearer {keys[role]}"} if role is not None else {}
            with client.stream(method, path, headers=headers) as response:
                status = response.status_code
            refused = status in (401, 403)
            may = least is None or (role is not None and role >= least)
            if may and refused:
                found.append(Disagreement(method, template, f"refuses {_word(role)} with {status}"))
            if not may and status != (401 if role is None else 403):
                found.append(Disagreement(method, template, f"answers {_word(role)} with {status}"))
    return found


def _declared(app: FastAPI) -> Iterator[tuple[tuple[str, str], Role | None]]:
    # Routers that are included are seen through, so that none of their routes escapes the table.
    for route in iter_route_contexts(app.routes):
        methods = route.methods or {"ANY"}
        dependant = route.dependant if isinstance(route.original_route, APIRoute) else None
        for method in sorted(methods - {"HEAD"}):
            yield (method, route.path or ""), _least(dependant) if dependant is not None else None


def _least(dependant: Dependant) -> Role | None:
    """The highest role that any dependency of a route asks for, however deep it lies."""
    waiting, roles = [dependant], []
    while waiting:
        dependant = waiting.pop()
        waiting += dependant.dependencies
        if isinstance(dependant.call, needs):
            roles.append(dependant.call.role)
    return max(roles, default=None)


def _word(role: Role | None) -> str:
    return role.name if role is not None else "nobody's key"
