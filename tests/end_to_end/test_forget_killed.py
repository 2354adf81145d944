"""An erasure is killed wherever it can be: it is finished later, and nobody comes back meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end import doors
from tests.end_to_end.erasing import EMAIL, by_number, golden_ids, traces

from regulars.privacy.proof import Proof

# A server that has imported everything, and done nothing yet, forks the processes that will die.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.end_to_end.imported"])
KILLS = ["noted", "before erasing", "uncommitted", "building", "renaming", "rewriting", "before proof"]


@pytest.mark.parametrize("moment", KILLS)
def test_killed_anywhere_it_is_finished_later_and_nobody_comes_back_meanwhile(
    moment: str, shop_to_erase_from: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(shop_to_erase_from, tmp_path / "shop")
    child = PROCESSES.Process(target=killed_forget, args=(folder, moment))
    child.start()
    child.join(600)
    assert child.exitcode == -signal.SIGKILL
    if moment == "noted":
        # Nothing is known of it: it never began, and is not finished but asked for again.
        assert doors.command("forget", "--resume", folder=folder).exit_code == 2
        assert doors.command("forget", EMAIL, "--yes", "-q", folder=folder).exit_code == 0
        assert traces(folder / "warehouse") == []
        return
    # The files come again before anybody thinks of finishing it.
    shutil.copy(folder / "loyalty.csv", folder / "crm3.csv")
    # Whoever erases somebody else finishes it too.
    words = ("person1003@post.example", "--yes") if moment == "uncommitted" else ("--resume",)
    done = doors.command("forget", *words, "-q", "-o", "proof.json", folder=folder)
    assert done.exit_code == 0, done.output + done.errors
    assert Proof.from_json((folder / "proof.json").read_text()).searched["bytes"]
    assert traces(folder / "warehouse") == []
    assert by_number(folder / "warehouse", golden_ids(shop_to_erase_from)) == []
    assert doors.unaccounted(folder / "warehouse") == []
    known = doors.ask(folder / "warehouse" / "live.duckdb", "select email from marts.customer_360")
    assert (("person1003@post.example",) in known) == (moment != "uncommitted")
    assert doors.command("forget", "--resume", "-q", folder=folder).exit_code == 2, "nothing is left to be finished"


def killed_forget(folder: Path, moment: str) -> None:
    """Erases, and dies at a moment."""
    from regulars import cli, forgetting
    from regulars.engines import duckdb as engine
    from regulars.privacy.proof import Proof as Kept

    def die(*_: object, **__: object) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    def after(plain: Callable[..., Any]) -> Callable[..., Any]:
        def done(*words: Any, **named: Any) -> Any:
            plain(*words, **named)
            die()

        return done

    if moment == "noted":
        forgetting.going_on.write_progress = die
    elif moment == "before erasing":
        forgetting.erase = die  # type: ignore[assignment]
    elif moment == "uncommitted":
        forgetting.erase = after(forgetting.erase)
    elif moment == "building":
        forgetting.run_locked = die  # type: ignore[assignment]
    elif moment == "renaming":
        engine.DuckDBEngine.publish = die  # type: ignore[assignment, method-assign]
    elif moment == "rewriting":
        engine.take_the_place = die  # type: ignore[assignment]
    else:
        Kept.signed = die  # type: ignore[method-assign]
    os.chdir(folder)
    sys.argv = ["regulars", "forget", EMAIL, "--yes", "-q"]
    cli.main()
