"""Why a run failed, as Markdown: lines are kept, commands are seen as such, and nothing else is markup."""

from __future__ import annotations

from regulars.serve.dashboard import failure


def test_lines_stay_apart_and_what_is_indented_is_a_list() -> None:
    found = failure.reason("1 check failed:\n  orders are late\n    e.g. web\n\nMend it; `regulars check` says more.")
    assert [line for line in found.splitlines() if line] == [
        "1 check failed\\:",
        "- orders are late",
        "- e.g. web",
        "Mend it; `regulars check` says more.",
    ]


def test_what_a_file_says_is_no_markup() -> None:
    found = failure.reason("No column [a](http://evil) ![x](y) <b>$1$ `")
    assert "](" not in found and "\\<b\\>" in found and "\\`" in found and "\\$1\\$" in found
