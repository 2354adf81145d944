"""What `regulars identity explain` prints: one person or two, and every reason there is, in words."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.table import Table

from regulars.identity.sides import SHOWN_FIELDS, Side, probability_words
from regulars.terminal import console, print_json, shown

if TYPE_CHECKING:
    from regulars.identity.explaining import ComparisonWeight
    from regulars.identity.path import Link
    from regulars.identity.relation import Relation

_LINK_WORDS = {
    "email": "the same e-mail",
    "phone": "the same phone number",
    "key": "the same",
    "match": "likeness, with probability",
    "decision": "a decision to merge them",
}
_IGNORED_WORDS = {
    "placeholder": "a placeholder links nobody",
    "shared": "too many records share it, so it links nobody",
}


def show(found: Relation, as_json: bool) -> None:
    """Prints an explanation."""
    if as_json:
        print_json([asdict(found) | {"is_one_person": found.is_one_person}])
        return
    ids = f"{found.left.customer_id} and {found.right.customer_id}"
    one = f"One person: {found.left.customer_id}"
    console.print(f"\n[bold]{one if found.is_one_person else f'Two people: {ids}'}[/]")
    side_by_side(found.left, found.right)
    for line in _reasons(found):
        console.print(line, markup=False, soft_wrap=True)
    _waterfall(found)
    console.print()


def _reasons(found: Relation) -> list[str]:
    """Every reason for or against, a line each."""
    lines = [f"Linked by {_words(link)}." for link in found.links]
    if found.path:
        lines.append(f"Linked through others, in {len(found.path)} steps:")
        lines += [f"  {link.left} and {link.right} by {_words(link)}" for link in found.path]
    lines += [f"Both have {row['value']}: {_IGNORED_WORDS[row['reason']]}." for row in found.ignored]
    for row in found.decisions:
        reason = f" ({row['reason']})" if row["reason"] else ""
        pair = f"{row['decision']} {row['left_key']} and {row['right_key']}"
        lines.append(f"Decided on {row['decided_at']:%Y-%m-%d}: {pair}{reason}.")
    if found.is_chain:
        lines.append("Alike enough to link, but that would have chained people together or made one of too many keys.")
    if not found.is_one_person and not found.links:
        lines.append("Nothing exact links them.")
    return lines


def _waterfall(found: Relation) -> None:
    """The weights one after the other, and where they lead."""
    if found.weighed is None:
        console.print("The model has nothing to compare: one of them is known by a contact alone, or matching is off.")
        return
    table = Table(title="What the model makes of them", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD,
                  pad_edge=False)  # fmt: skip
    for heading in ("Comparison", "Likeness", "Weight", "Sum"):
        table.add_column(heading, justify="right" if heading in ("Weight", "Sum") else "left", overflow="fold")
    total = found.weighed.start
    table.add_row("any two records", "before they are compared", f"{total:+.2f}", f"{total:+.2f}")
    for weight in found.weighed.comparisons:
        for likeness, part in ((weight.level, weight.weight - weight.rarity), (_rarity(weight), weight.rarity)):
            if likeness:
                total += part
                table.add_row(weight.comparison.replace("_", " "), likeness, f"{part:+.2f}", f"{total:+.2f}")
    console.print(table)
    console.print(
        f"Probability {probability_words(found.weighed.probability)}: a weight of 1 doubles the odds, -1 halves"
        " them, 0 says nothing.", soft_wrap=True,
    )  # fmt: skip


def _rarity(weight: ComparisonWeight) -> str:
    if not weight.rarity:
        return ""
    return f"and {'rarer' if weight.rarity > 0 else 'commoner'} than most"


def _words(link: Link) -> str:
    return f"{_LINK_WORDS[link.kind]}{f' {link.value}' if link.value else ''}"


def side_by_side(left: Side, right: Side) -> None:
    """Prints what two records say; where they differ is marked."""
    rows = [{"": "record", "left": f"{left.source}:{left.source_customer_id}",
             "right": f"{right.source}:{right.source_customer_id}"}]  # fmt: skip
    for field in SHOWN_FIELDS:
        one, other = left.fields.get(field), right.fields.get(field)
        if one is not None or other is not None:
            rows.append({"": field.replace("_", " "), "left": shown(field, one), "right": shown(field, other)})
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("", str(left.customer_id), str(right.customer_id)):
        table.add_column(heading, overflow="fold")
    for row in rows:
        style = "" if row["left"] == row["right"] else "yellow"
        table.add_row(escape(row[""]), escape(row["left"]), escape(row["right"]), style=style)
    console.print(table)
