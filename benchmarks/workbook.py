"""A whole `regulars run` of an Excel workbook against python-calamine only reading it, in the same run.

python benchmarks/workbook.py "../shared/data/Online Retail.xlsx"
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_READ = "import sys, python_calamine as c; c.CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()"
_DEFAULT = Path(__file__).parents[2] / "shared" / "data" / "Online Retail.xlsx"


def main() -> None:
    """Times both in turn and prints the ratio of the best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workbook", nargs="?", default=_DEFAULT, type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if not asked.workbook.exists():
        print(f"not run: there is no {asked.workbook}")
        return
    reads, runs = [], []
    for _ in range(asked.rounds):
        reads.append(_seconds([sys.executable, "-c", _READ, str(asked.workbook)]))
        with tempfile.TemporaryDirectory() as folder:
            regulars = str(Path(sys.executable).with_name("regulars"))
            runs.append(_seconds([regulars, "run", str(asked.workbook), "-w", folder, "--quiet"]))
    print(f"{asked.workbook.name}, best of {asked.rounds}")
    print(f"python-calamine reading  {min(reads):6.1f} s")
    print(f"regulars run             {min(runs):6.1f} s")
    print(f"ratio                    {min(runs) / min(reads):6.2f}")


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
