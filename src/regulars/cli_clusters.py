"""`regulars clusters`: the published clusters, how they were chosen, their models, and a query that scores by them."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from regulars import catalog
from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings
from regulars.engines.base import open_engine
from regulars.serve.queries import Queries
from regulars.settings import Settings
from regulars.terminal import console, print_json, print_table

clusters = typer.Typer(help="Groups of customers who buy alike, as published.", no_args_is_help=True)

_SHOWN = ("cluster_id", "cluster_name", "customers", "share", "avg_recency", "avg_frequency", "avg_monetary")


@clusters.command("show")
def show(
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """The clusters and what their customers are like."""
    statement = f"select {', '.join(_SHOWN)} from marts.cluster_profiles order by 1"
    _ask(chosen_settings(settings_file, warehouse, environment), statement, as_json)


@clusters.command("search")
def search(
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """What was tried, how good it was by each index, and what was chosen."""
    statement = f"select * from {catalog.CLUSTER_SEARCH.name}"
    _ask(chosen_settings(settings_file, warehouse, environment), statement, as_json)


@clusters.command("models")
def models(
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Every model that was published, and which one is live."""
    from regulars.serve.saved_models import models as registered

    found = registered(open_engine(chosen_settings(settings_file, warehouse, environment)))
    if as_json:
        print_json(found.to_pylist())
    else:
        print_table(found)


@clusters.command("sql")
def sql(
    table: Annotated[
        str | None, typer.Option(help="Table of new customers with the model's columns. Default: everyone published.")
    ] = None,
    dialect: Annotated[
        Literal["duckdb", "postgres", "spark"], typer.Option(help="Whose SQL: duckdb, postgres or spark.")
    ] = "duckdb",
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
) -> None:
    """Print the query that gives customers their clusters where they lie."""
    from regulars.learn.cluster_sql import cluster_sql
    from regulars.serve.saved_models import live_clusters

    live = live_clusters(open_engine(chosen_settings(settings_file, warehouse, environment)))
    # As it is, for a pipe: no colours, no wrapping.
    console.print(cluster_sql(live.model, table, dialect), markup=False, soft_wrap=True, end="")


def _ask(settings: Settings, statement: str, as_json: bool) -> None:
    found = Queries(open_engine(settings), settings.shop).sql(statement)
    if as_json:
        print_json(found.to_pylist())
    else:
        print_table(found)
