"""The people among the customers of a made-up shop, against Splink alone on the same records in the same run.

Splink alone is its documentation's own recipe for people: its ready-made comparisons, blocking rules on equal names,
dates, e-mails and postcodes, then train, predict and cluster, on records that are already typed and numbered. Ours is
the whole of it, from the landed records on: exact links, matches, stable ids, golden records and the map. Each runs in
a process of its own, so that its memory can be told. F1 is over all pairs of records, exact links included for both.
Run it on a quiet machine:

    python benchmarks/identity.py --customers 100000 --customers 1000000
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent))

from person_model import demo_people

from regulars import catalog
from regulars.engines.base import open_engine
from regulars.identity.clusters import components
from regulars.parameters import write_parameters
from regulars.pipeline import Request, run_pipeline
from regulars.settings import load_settings
from regulars.transform import Transformer

THRESHOLD = 0.95
SHARE_OF_DUPLICATES = 0.15
SPLINK = "splink"
REGULARS = "regulars"


def main() -> None:
    """Makes the shops, lets both resolve them, and prints times, memory and F1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, action="append", help="customer records, duplicates included")
    parser.add_argument("--one", choices=(SPLINK, REGULARS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(_resolve(asked.one, asked.folder)))
        return
    before: dict[str, float] = {}
    for records in asked.customers or [100_000]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _shop(folder, records)
            told = {who: _in_a_process(who, folder) for who in (SPLINK, REGULARS)}
        ours = told[REGULARS]["seconds"]
        for who, facts in told.items():
            print(f"{records:>9,} {who:<9}", " ".join(f"{name} {value:,}" for name, value in facts.items()))
        print(f"{records:>9,} ratio {ours / told[SPLINK]['seconds']:.2f}", end="")
        print(f", growth {ours / before[REGULARS]:.1f}" if before else "")
        before[REGULARS] = ours


def _shop(folder: Path, records: int) -> None:
    """The prepared records, and whose they are, as Parquet."""
    customers = round(records * (1 - SHARE_OF_DUPLICATES) / 0.95)  # one in twenty has no account
    pq.write_table(demo_people(folder, customers, seed=3), folder / "people.parquet")
    (folder / "whole").mkdir()
    land = [
        sys.executable,
        "-c",
        "from regulars.cli import main; main()",
        "run",
        str(folder / "shop" / "customers.csv"),
    ]
    subprocess.run([*land, "--stage", "land"], cwd=folder / "whole", check=True, capture_output=True)
    with duckdb.connect(str(folder / "warehouse" / "durable.duckdb"), read_only=True) as durable:
        truth = durable.sql(
            "select row_number() over (order by customer_key) as key_number, person_id from identity.customer_keys"
            f" join read_csv('{folder}/shop/truth/identity.csv', all_varchar = true) as truth"
            " on regexp_extract(customer_key, '[0-9]+$') = truth.customer_id order by key_number"
        ).to_arrow_table()
        assert truth.num_rows == durable.sql("select count(*) from identity.customer_keys").fetchall()[0][0]
    pq.write_table(truth, folder / "truth.parquet")


def _in_a_process(who: str, folder: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--one", who, "--folder", str(folder)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _resolve(who: str, folder: Path) -> dict[str, float]:
    people = pq.read_table(folder / "people.parquet") if who == SPLINK else None
    started, processor = time.perf_counter(), time.process_time()
    persons = _splink(people) if people is not None else _ours(folder / "whole")
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    truth = np.array(pq.read_table(folder / "truth.parquet")["person_id"].to_pylist()).astype(np.int64)
    same, both = _pairs(persons), _pairs(persons * (truth.max() + 1) + truth)
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "f1": round(2 * both / (same + _pairs(truth)), 4),
        "precision": round(both / max(same, 1), 4),
    }


def _ours(folder: Path) -> np.ndarray:
    """The stage `resolve`, and of the build what makes the golden records, where each field is from, and the map."""
    os.chdir(folder)
    settings = load_settings()
    run_pipeline(settings, Request(stages=("resolve",)))
    engine = open_engine(settings)
    transformer = Transformer(engine.dbt_environment(), engine.dbt_target, engine.dbt_folder)
    with engine.lock():
        with engine.build(fresh=True) as build:
            write_parameters(build, settings)
        transformer.build_models(["+dim_customers", "+customer_field_sources", "+customer_identity_map"])
    with engine.durable() as durable:
        keys = f"select customer_id from {catalog.CUSTOMER_KEYS.name} order by customer_key"
        return np.unique(durable.query(keys)["customer_id"].to_numpy(), return_inverse=True)[1]


def _splink(people: pa.Table) -> np.ndarray:
    """Splink as its documentation sets it up for people, on the same records."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_library as cl

    connection = duckdb.connect(config={"memory_limit": "4GB"})
    connection.register("given", people)
    connection.execute("create table records as select * from given")
    database = DuckDBAPI(connection)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_number",
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("last_name"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.EmailComparison("email"),
            cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("first_name", "last_name"),
            block_on("birth_date"),
            block_on("email"),
            block_on("phone"),
            block_on("postcode", "last_name"),
        ],
        retain_matching_columns=False,
    )
    linker = Linker(database.register("records"), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("first_name", "last_name", "birth_date"), block_on("email")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=5_000_000, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(
        block_on("first_name", "last_name"), max_pairs=1_000_000
    )
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("birth_date"), max_pairs=1_000_000)
    predictions = linker.inference.predict(threshold_match_probability=THRESHOLD)
    linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=THRESHOLD)
    # Records and keys have the same numbers here, as all records are of one source.
    pairs = connection.sql(f"select record_number_l, record_number_r from {predictions.physical_name}").fetchnumpy()
    return _persons(people, pairs["record_number_l"], pairs["record_number_r"])


def _persons(people: pa.Table, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The person of each key, the exact links included."""
    keys, groups = people["key_number"].to_numpy(), people["group_number"].to_numpy()
    left, right = np.concatenate([left, keys]).astype(np.int64), np.concatenate([right, groups]).astype(np.int64)
    number = np.arange(len(left))
    edges = np.concatenate([left, right]), np.concatenate([number, number])
    return components(*edges, np.empty((0, 2), dtype=np.int64))[1]


def _pairs(labels: np.ndarray) -> int:
    counts = np.unique(labels, return_counts=True)[1].astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())


if __name__ == "__main__":
    main()
