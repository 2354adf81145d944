"""Writes what is made from code: pages on settings, tables, presets, commands and the API, and the stages of the DAG.

Run it with `make docs`. A test fails while a page differs from what the code says.
"""

from __future__ import annotations

import datetime as dt
import inspect
import json
import re
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import typer
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import regulars
from regulars import catalog
from regulars.cli import app
from regulars.pipeline import STAGES
from regulars.serve.api.answers import ALWAYS
from regulars.serve.api.app import create_app
from regulars.serve.api.problems import REFUSALS
from regulars.settings import Settings
from regulars.sources.preset import shipped_presets

FOLDER = Path(__file__).parent
MODELS = Path(regulars.__file__).parent / "warehouse" / "models"
NOTICE = "<!-- Made from code by `make docs`; change the code. -->\n"

# What the tables that Python writes are for; those of dbt say it in the yml beside their model.
PYTHON_SCHEMAS = {
    "staging": "Durable. What the sources said, typed and cleaned, in the order it came; nothing is ever updated.",
    "identity": "Durable. Who is who: every source record and every key with the person it belongs to.",
    "ops": "What Regulars did: the ledger of loads, golden ids, decisions, runs, checks.",
    "settings": "With which settings this warehouse was made.",
    "learned": "What the models found.",
}


ENVIRONMENTS = """
## `[environments.<name>]`

What differs in an environment, such as `dev`, `staging` or `prod`: the same settings once more, of which only those
that differ are written. `--env prod`, or the variable `REGULARS_ENV`, chooses one; `regulars run` and
`regulars status` say which. Variables still win over it. Sections are merged name by name, lists are replaced, and
every environment of the file is checked whichever is chosen.

```toml
warehouse = "warehouse"

[environments.prod]
warehouse = "/srv/regulars/warehouse"
memory_limit = "16GB"

[environments.prod.sources.orders]
path = "s3://shop/orders/*.csv"
```
"""

API = """
`regulars serve` starts it at http://127.0.0.1:8000; `/docs` has this page for a browser and `/openapi.json` the
document for programs. On the machine itself no key is needed until one is made; anywhere else every request bears one,
as `Authorization: Bearer KEY` or `X-API-Key: KEY`.

```
curl http://127.0.0.1:8000/segments
curl "http://127.0.0.1:8000/segments/Champions/customers?sort=-monetary&page_size=10"
curl "http://127.0.0.1:8000/customers?q=ann@example.org"
curl -OJ "http://127.0.0.1:8000/export/segments/Champions?format=xlsx"
curl -X POST http://127.0.0.1:8000/pipeline/run -H "Content-Type: application/json" -d '{"k": 5}'
```

Lists come page by page with the links to the others. A past day (`calc_date`) is worked out when it is first asked for,
one at a time, and remembered until another run is live. Runs are processes of their own: they go on when the server
stops, and what they publish is served from the next request on.
"""


def settings_page() -> str:
    """Every setting, by section of regulars.toml."""
    lines = [
        NOTICE,
        "# Settings",
        "",
        "Settings come from `regulars.toml` in the working directory and, over it, from variables: `REGULARS_`, the",
        "section, two underscores, the name, as in `REGULARS_RFM__WINDOW_DAYS=180`. All of them have defaults; the",
        "file may be absent.",
    ]
    lines += ["", *ENVIRONMENTS.strip().splitlines()]
    top = {name: field for name, field in Settings.model_fields.items() if _section(field) is None}
    lines += ["", "## Top level", "", *_settings_table(top)]
    for name, field in Settings.model_fields.items():
        section = _section(field)
        if section is None:
            continue
        place = f"{name}.<name>" if typing.get_origin(field.annotation) is dict else name
        lines += ["", f"## `[{place}]`", "", inspect.getdoc(section) or "", "", *_settings_table(section.model_fields)]
        for nested, names in _subsections(section).items():
            heading = ", ".join(f"`[{place}.{inner}]`" for inner in names)
            lines += ["", f"### {heading}", "", inspect.getdoc(nested) or "", "", *_settings_table(nested.model_fields)]
    return "\n".join(lines) + "\n"


def tables_page() -> str:
    """Every table of the warehouse with its grain and columns."""
    models = list(_models())
    lines = [
        NOTICE,
        "# Tables",
        "",
        "Read them with `regulars sql`. Tables of the schema `marts` are a contract: columns may be added, none is",
        "renamed.",
    ]
    for schema in ("marts", "raw"):
        found = [model for folder, model in models if folder == schema]
        if found:
            lines += ["", f"## Schema `{schema}`"]
        for model in found:
            lines += ["", f"### `{model['name']}`", "", _one_line(model.get("description", "")), ""]
            lines += ["| column | type | meaning |", "|---|---|---|"]
            for column in model.get("columns", []):
                meaning = _cell(column.get("description", ""))
                lines.append(f"| `{column['name']}` | {column.get('data_type', '')} | {meaning} |")
    tables = [value for value in vars(catalog).values() if isinstance(value, catalog.Table)]
    for schema, meaning in PYTHON_SCHEMAS.items():
        lines += ["", f"## Schema `{schema}`", "", meaning]
        for table in (table for table in tables if table.schema == schema):
            lines += ["", f"### `{table.name}`", "", *_meaning(table.name), "| column | type |", "|---|---|"]
            lines += [f"| `{name}` | {kind} |" for name, kind in table.columns]
    return "\n".join(lines) + "\n"


def presets_page() -> str:
    """Every known export: what its orders are, by which columns it is known, and what each field is made of."""
    lines = [
        NOTICE,
        "# Presets",
        "",
        "Exports that Regulars knows by their columns, in whatever order, case and company these come.",
        "`regulars sources preview FILE` shows which one a file is. A line under `[sources.<name>.fields]` in",
        "`regulars.toml` replaces what a preset says of that field. Two fields are no column of the warehouse:",
        "a row for which `set_aside` gives a reason is rejected with it, and `timezone` is the zone of a row's times.",
    ]
    for name, preset in sorted(shipped_presets().items()):
        known = ", ".join(f"`{column}`".replace("|", "` or `") for column in preset.signature)
        lines += ["", f"## `{name}`", "", f"{preset.title[0].upper()}{preset.title[1:]}, read as {preset.entity}."]
        lines += ["", preset.about, "", f"Known by {known}.", "", "| field | made of |", "|---|---|"]
        lines += [f"| `{field}` | `{_cell(expression)}` |" for field, expression in preset.fields.items()]
    return "\n".join(lines) + "\n"


def cli_page() -> str:
    """Every command with its arguments and options."""
    root = typer.main.get_command(app)
    lines = [NOTICE, "# Commands", "", _help(root), "", *_parameters(root)]
    for path, command in _commands(root, "regulars"):
        lines += ["", f"## `{path}`", "", _help(command), "", *_parameters(command)]
    return "\n".join(lines).rstrip() + "\n"


def api_page() -> str:
    """Every endpoint with its parameters, body and answers, from the OpenAPI document."""
    document = create_app(Settings(warehouse="warehouse")).openapi()
    lines = [NOTICE, "# REST API", "", document["info"]["description"], "", *API.strip().splitlines()]
    section = ""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            [tag] = operation["tags"]
            if tag != section:
                section = tag
                lines += ["", f"## {tag}"]
            lines += ["", f"### `{method.upper()} {path}`", "", f"{operation['summary']}."]
            lines += [_one_line(operation.get("description", "")), *_api_parameters(operation)]
            lines += [*_api_body(document, operation), "", "| answer | meaning |", "|---|---|"]
            own = {status: told for status, told in operation["responses"].items() if int(status) not in REFUSALS}
            lines += [f"| {status} | {_cell(told.get('description', ''))} |" for status, told in own.items()]
    lines += ["", "## Refusals of every endpoint", "", "| answer | meaning |", "|---|---|"]
    lines += [
        f"| {status} | {_cell(told['description'])} |" for status, told in sorted(ALWAYS.items()) if status != 422
    ]
    return "\n".join(lines) + "\n"


def _api_parameters(operation: dict[str, Any]) -> list[str]:
    if not operation.get("parameters"):
        return []
    rows = ["", "| parameter | in | values | meaning |", "|---|---|---|---|"]
    for each in operation["parameters"]:
        kinds = [each["schema"], *each["schema"].get("anyOf", [])]
        listed = next((kind["enum"] for kind in kinds if "enum" in kind), None)
        plain = " or ".join(kind["type"] for kind in kinds if kind.get("type", "null") != "null")
        values = ", ".join(f"`{value}`" for value in listed) if listed else plain
        rows.append(f"| `{each['name']}` | {each['in']} | {values} | {_cell(each.get('description', ''))} |")
    return rows


def _api_body(document: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    """The fields of a JSON body, one level deep and those of the rows in it."""
    if "requestBody" not in operation:
        return []
    [content] = operation["requestBody"]["content"].values()
    names = re.findall(r"#/components/schemas/(\w+)", json.dumps(content))
    rows = ["", "| body | meaning |", "|---|---|"]
    for name in names:
        schema = document["components"]["schemas"][name]
        for field, told in schema["properties"].items():
            rows.append(f"| `{field}` | {_cell(told.get('description', ''))} |")
            for inner in re.findall(r"#/components/schemas/(\w+)", json.dumps(told)):
                inside = document["components"]["schemas"][inner]["properties"].items()
                rows += [f"| `{field}[].{key}` | {_cell(value.get('description', ''))} |" for key, value in inside]
    return rows


def stages_of_the_dag() -> str:
    """The stages as the DAG reads them, which runs where Regulars is not installed."""
    return json.dumps([{"name": stage.name, "what": stage.what} for stage in STAGES], indent=2) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "tables.md": tables_page,
    "presets.md": presets_page,
    "cli.md": cli_page,
    "api.md": api_page,
    "../airflow/dags/regulars_stages.json": stages_of_the_dag,
}


def _section(field: FieldInfo) -> type[BaseModel] | None:
    candidates = [field.annotation, *typing.get_args(field.annotation)]
    return next((kind for kind in candidates if inspect.isclass(kind) and issubclass(kind, BaseModel)), None)


def _subsections(section: type[BaseModel]) -> dict[type[BaseModel], list[str]]:
    """The models inside a section, each with the settings that hold one."""
    found: dict[type[BaseModel], list[str]] = {}
    for name, field in section.model_fields.items():
        nested = _section(field)
        if nested is not None:
            found.setdefault(nested, []).append(name)
    return found


def _settings_table(fields: dict[str, FieldInfo]) -> list[str]:
    plain = {name: field for name, field in fields.items() if _section(field) is None}
    if not plain:
        return []
    rows = ["| setting | values | default | |", "|---|---|---|---|"]
    for name, field in plain.items():
        default = _default(field)
        rows.append(f"| `{name}` | {_cell(_values(field.annotation))} | {default} | {_cell(field.description or '')} |")
    return rows


def _values(kind: Any) -> str:
    if typing.get_origin(kind) is Literal:
        return ", ".join(f"`{value}`" for value in typing.get_args(kind))
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        return " or ".join(_values(inner) for inner in typing.get_args(kind) if inner is not types.NoneType)
    names: dict[Any, str] = {str: "text", int: "whole number", bool: "true or false", Path: "path", dt.date: "date"}
    if kind in names:
        return names[kind]
    inner = [_values(inner) for inner in typing.get_args(kind) if inner is not Ellipsis]
    if typing.get_origin(kind) in (list, tuple):
        return f"list of {inner[0]}"
    if typing.get_origin(kind) is dict:
        return f"table of {inner[0]} = {inner[1]}"
    return "number"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ((), [], {}, ""):
        return ""
    return f"`{json.dumps(value)}`" if isinstance(value, tuple) else f"`{value}`"


def _models() -> Iterator[tuple[str, dict[str, Any]]]:
    """The models with their schema, in the order of their files."""
    for file in sorted(MODELS.rglob("*.yml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        for model in content.get("models", []):
            sql = (file.parent / f"{model['name']}.sql").read_text(encoding="utf-8")
            own_schema = re.search(r"schema='(\w+)'", sql)
            yield own_schema.group(1) if own_schema else file.relative_to(MODELS).parts[0], model


def _meaning(table: str) -> list[str]:
    """What the dbt project says of a table that it reads as a source."""
    content = yaml.safe_load((MODELS / "sources.yml").read_text(encoding="utf-8"))
    schema, _, name = table.partition(".")
    found = [
        entry["description"]
        for source in content["sources"]
        for entry in source["tables"]
        if (source["name"], entry["name"]) == (schema, name)
    ]
    return [_one_line(found[0]), ""] if found else []


def _commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in getattr(group, "commands", {}).items():
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _help(command: Any) -> str:
    return inspect.cleandoc(command.help or "").split("\f")[0].strip()


def _parameters(command: Any) -> list[str]:
    shown = [item for item in command.params if not getattr(item, "hidden", False) and item.name != "help"]
    if not shown:
        return []
    rows = ["| argument or option | meaning |", "|---|---|"]
    for item in shown:
        is_option = item.param_type_name == "option"
        names = [*item.opts, *item.secondary_opts] if is_option else [(item.metavar or item.name).upper()]
        rows.append(f"| {', '.join(f'`{name}`' for name in names)} | {_cell(getattr(item, 'help', None) or '')} |")
    return rows


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _one_line(text).replace("|", "\\|")


if __name__ == "__main__":
    for page, make in PAGES.items():
        (FOLDER / page).write_text(make(), encoding="utf-8")
        print((FOLDER / page).resolve().relative_to(FOLDER.parent))
