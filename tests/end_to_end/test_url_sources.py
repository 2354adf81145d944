"""Files of S3 through the command line, as a process of its own with its credentials in the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests import servers_store
from tests.servers_store import KEY, SECRET, Store

ORDERS = "order_id,customer_id,ordered_at,amount\n" + "".join(
    f"o{n},c{n % 7},2025-0{1 + n % 9}-0{1 + n % 8},{n}.50\n" for n in range(1, 120)
)


def _regulars(store: Store, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": store.url}
    command = [sys.executable, "-c", "from regulars.cli import main; main()", *words]
    return subprocess.run(command, cwd=folder, env={**os.environ, **keys}, capture_output=True, text=True, check=False)


def test_a_bucket_is_previewed_run_and_known_the_second_time(tmp_path: Path) -> None:
    with servers_store.s3() as store:
        store.needs_key = True
        store.buckets.add("shop")
        store.files["shop/2025/orders.csv"] = ORDERS.encode()
        seen = _regulars(store, tmp_path, "sources", "preview", "s3://shop/2025/*.csv", "--json")
        assert json.loads(seen.stdout)[0]["entity"] == "orders", seen.stderr
        assert not (tmp_path / "warehouse").exists()
        first = _regulars(store, tmp_path, "run", "s3://shop/2025/orders.csv", "--json", "-q")
        assert sum(row["customers"] for row in json.loads(first.stdout)) == 7, first.stderr
        again = _regulars(store, tmp_path, "land", "s3://shop/2025/orders.csv")
        assert (again.returncode, "nothing new" in again.stderr) == (0, True), again.stderr
        assert store.asked["GET shop/2025/orders.csv"] == 2  # the preview and the run
        gone = _regulars(store, tmp_path, "run", "s3://shpo/orders.csv")
        assert (gone.returncode, "There is no bucket shpo" in gone.stderr) == (2, True)
    closed = _regulars(store, tmp_path, "run", "s3://shop/2025/orders.csv")
    assert (closed.returncode, "does not answer" in closed.stderr) == (3, True), closed.stderr
