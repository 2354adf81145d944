"""What linked the published records to people, by which rule, and how much of it is true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars import marts
from regulars.errors import InputError
from regulars.identity.evaluate import Evaluation, evaluate
from regulars.serve.queries import Queries

# In the order in which they decide; what a rule does not name here comes last.
RULES = {
    "new": "the first record of a person",
    "source_id": "the same id in another source",
    "email": "an equal e-mail",
    "phone": "an equal phone number",
    "key": "equal fields of a declared key",
    "match": "likeness, by its probability",
    "decision": "a decision of yours",
}


@dataclass(frozen=True)
class RuleCount:
    """What one rule did.

    Attributes:
        rule: The word in `linked_by`.
        meaning: The same in words.
        records: Records that it linked to their person.
        people: People who have such a record.
        right: Of the records, those that truly are who their person's first record is; none without a truth.
        wrong: Those that truly are somebody else. Neither, when the truth does not know one of the two.
    """

    rule: str
    meaning: str
    records: int
    people: int
    right: int | None
    wrong: int | None


@dataclass(frozen=True)
class Linkage:
    """The published linkage.

    Attributes:
        records: Source records, guests among them.
        people: Golden customers.
        malformed_emails: Customer records whose e-mail is none.
        rules: What each rule did.
        evaluation: Against the truth; none without one.
        not_in_truth: Published records that the truth does not know.
        not_published: Records of the truth that are not published.
    """

    records: int
    people: int
    malformed_emails: int
    rules: tuple[RuleCount, ...]
    evaluation: Evaluation | None = None
    not_in_truth: int = 0
    not_published: int = 0


def linkage(queries: Queries, truth: pa.Table | None = None) -> Linkage:
    """Counts the links by rule and, given the truth, judges them.

    Args:
        queries: The published warehouse.
        truth: `record`, `entity` and perhaps `source`, as `read_truth` gives them.

    Raises:
        InputError: The truth names a record that several sources have, or none that is published.
    """
    with queries.session() as live:
        columns = "source, source_customer_id, customer_id, linked_by, is_email_malformed"
        records = live.query(f"select {columns} from {marts.IDENTITY_MAP} order by source, source_customer_id")
    people, malformed = pc.count_distinct(records["customer_id"]).as_py(), pc.sum(records["is_email_malformed"]).as_py()
    if truth is None:
        return Linkage(records.num_rows, people, malformed or 0, _by_rule(records, None))
    entities = _entities(records, truth)
    known = entities.is_valid().to_numpy(zero_copy_only=False)
    codes = entities.dictionary_encode().combine_chunks().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return Linkage(
        records.num_rows,
        people,
        malformed or 0,
        _by_rule(records, codes),
        evaluate(records["customer_id"].to_numpy()[known], codes[known]),
        not_in_truth=int((~known).sum()),
        not_published=truth.num_rows - int(known.sum()),
    )


def _entities(records: pa.Table, truth: pa.Table) -> pa.ChunkedArray:
    """The true person of each record, in the records' order; null where the truth is silent."""
    key = ["source", "source_customer_id"] if "source" in truth.column_names else ["source_customer_id"]
    truth = truth.rename_columns({"record": "source_customer_id"})
    placed = records.append_column("place", pa.array(np.arange(records.num_rows)))
    joined = placed.join(truth, key, join_type="left outer").sort_by("place")
    found = joined.filter(pc.is_valid(joined["entity"]))
    if not found.num_rows:
        sample = ", ".join(records["source_customer_id"].slice(0, 3).to_pylist())
        raise InputError(
            f"None of the {truth.num_rows:,} records of the truth is published. It speaks of"
            f" {', '.join(truth['source_customer_id'].slice(0, 3).to_pylist())}; published are {sample}. Give the ids"
            " that the customers have in their source."
        )
    if found.group_by(key).aggregate([]).num_rows < found.num_rows:
        raise InputError("The truth names ids that several sources have. Add a column `source` to it.")
    return joined["entity"]


def _by_rule(records: pa.Table, entities: np.ndarray | None) -> tuple[RuleCount, ...]:
    linked_by = np.asarray(records["linked_by"].to_pylist(), dtype=object)
    _, person = np.unique(records["customer_id"].to_numpy(), return_inverse=True)
    verdict = None if entities is None else _verdicts(person, linked_by == "new", entities)
    rules = []
    for rule in sorted(set(linked_by), key=lambda word: ([*RULES, word].index(word), word)):
        chosen = linked_by == rule
        judged = verdict is not None and rule != "new"
        rules.append(
            RuleCount(
                rule,
                RULES.get(rule, rule),
                int(chosen.sum()),
                len(np.unique(person[chosen])),
                int((verdict[chosen] == 1).sum()) if verdict is not None and judged else None,
                int((verdict[chosen] == 0).sum()) if verdict is not None and judged else None,
            )
        )
    return tuple(rules)


def _verdicts(person: np.ndarray, is_first: np.ndarray, entities: np.ndarray) -> np.ndarray:
    """Per record: 1 when it truly is who its person's first record is, 0 when not, -1 when the truth does not say."""
    founder = np.full(int(person.max(initial=-1)) + 1, -1, dtype=np.int64)
    founder[person[is_first]] = entities[is_first]
    own = founder[person]
    return np.where((own < 0) | (entities < 0), -1, (own == entities).astype(np.int64))
