"""Splink, told what to compare and set up to be quiet; nothing else in the program knows Splink."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from regulars.identity.person_model import Comparison, PersonModel

if TYPE_CHECKING:
    import duckdb
    from splink import Linker


def linker(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    comparisons: Sequence[Comparison],
    *,
    filled: Collection[str],
    rules: Sequence[str] = (),
    chances: PersonModel | None = None,
    probability: float = 0.0001,
    weighs_rare_values: bool = True,
    keeps_weights: bool = False,
    frequencies: Mapping[str, str] | None = None,
) -> Linker:
    """A Splink linker over a table of prepared people.

    Args:
        connection: Where the table is.
        table: Its name.
        comparisons: What is compared.
        filled: The columns that hold something; only their rare values are looked up.
        rules: Conditions between `l` and `r` under which two records are compared.
        chances: The model; none while it is trained.
        probability: The chance that two records taken at random are one person.
        weighs_rare_values: Whether agreeing in a rare value counts for more than in a common one.
        keeps_weights: Whether the level and the weight of every comparison are kept.
        frequencies: By column, a table that says how rare its values are; counted in the table itself if none.
    """
    from splink import DuckDBAPI, Linker, SettingsCreator

    logging.getLogger("splink").setLevel(logging.ERROR)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_number",
        comparisons=[
            _comparison(comparison, filled if weighs_rare_values else (), chances) for comparison in comparisons
        ],
        blocking_rules_to_generate_predictions=[{"blocking_rule": rule} for rule in rules],
        probability_two_random_records_match=probability,
        retain_matching_columns=keeps_weights,
        retain_intermediate_calculation_columns=keeps_weights,
        additional_columns_to_retain=["key_number"],
    )
    database = DuckDBAPI(connection)
    made = Linker(database.register(table), settings, log_level=None, validate_settings=False)
    for column, counted in (frequencies or {}).items():
        made.table_management.register_term_frequency_lookup(database.register(counted), column)
    return made


def _comparison(comparison: Comparison, filled: Collection[str], model: PersonModel | None) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.missing, "label_for_charts": "missing", "is_null_level": True}
    ]
    for number, level in enumerate(comparison.levels):
        described: dict[str, Any] = {"sql_condition": level.when or "ELSE", "label_for_charts": level.name}
        if model is not None:
            chances = model.chances[comparison.name][number]
            described |= {"m_probability": chances.m, "u_probability": chances.u}
        if level.rare in filled:
            described |= {"tf_adjustment_column": level.rare, "tf_adjustment_weight": 1.0}
        levels.append(described)
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def estimate_u(untrained: Linker, pairs: int, seed: int) -> dict[str, list[float]]:
    """By comparison, how often each level is seen in pairs of records taken at random; 0 where it never was."""
    untrained.training.estimate_u_using_random_sampling(
        max_pairs=pairs, seed=seed, min_count_per_level=None, num_chunks=1
    )
    return {
        comparison["output_column_name"]: [
            float(level.get("u_probability") or 0.0)
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level")
        ]
        for comparison in untrained.misc.save_model_to_json()["comparisons"]
    }
