"""Two first names are two people until somebody decides otherwise, unless a birth date says that they are one.

A family shares its address, its name, often its telephone and sometimes the pattern of its e-mail addresses; each of
them is counted as if it knew nothing of the others, so two of a household look like one person whose first name was
mistyped beyond recognition. Such pairs are rarely one person, and a false merge is worse than a miss, so they wait for
review however much else agrees.
"""

from __future__ import annotations

# The most that is believed of them: below the least probability that links, above the least that is reviewed.
MOST_PROBABLE = 0.9

# Of two rows `l` and `r` of `people` in preparing.py. Initials, short forms and names in each other's place are not two
# first names, and a birth date agrees when at most two digits of it differ.
TWO_FIRST_NAMES = """coalesce(
    jaro_winkler_similarity(l.first_name, r.first_name) < 0.75
    and not list_has_any(coalesce(l.full_forms, [l.first_name]), coalesce(r.full_forms, [r.first_name]))
    and not (least(length(l.first_name), length(r.first_name)) = 1 and l.first_name[1] = r.first_name[1])
    and not coalesce(l.first_name = r.last_name and l.last_name = r.first_name, false)
    and not coalesce(hamming(l.birth_date, r.birth_date) <= 2, false), false)"""
