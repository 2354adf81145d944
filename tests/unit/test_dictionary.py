"""The data dictionary is what the yml files beside the models say."""

from __future__ import annotations

from regulars.dictionary import Column, Entry, read_dictionary


def test_every_mart_is_listed_once_by_its_name_with_its_grain_and_columns() -> None:
    entries = read_dictionary()
    names = [entry.table for entry in entries]
    assert names == sorted(set(names))
    assert {"customer_360", "customer_segments", "fct_orders", "rfm_thresholds"} <= set(names)
    assert [entry.table for entry in entries if "Grain" not in entry.summary] == []
    assert [column for entry in entries for column in entry.columns if not (column.type and column.meaning)] == []


def test_a_summary_is_the_first_sentence_and_the_grain() -> None:
    entry = Entry("marts", "t", "First. Between the two. Grain customer_id.", (Column("a", "text", "b"),))
    assert entry.summary == "First. Grain customer_id."
    assert Entry("marts", "t", "Only this.", ()).summary == "Only this."
