"""Words that may quote a row or a setting are made fit for a log, a message or a receiver of lineage.

What names a person or opens a door is hidden by its form: addresses of mail, numbers as long as of a phone, keys and
passwords. Names have no form, so whatever is quoted of the data is hidden whole; what we say ourselves stays.
"""

from __future__ import annotations

import re

HIDDEN = "***"
_PERSONAL = re.compile(
    r"[\w.%+'-]+@[\w.-]+"
    r"|(?<![\w+])\(?\+?\d[\d ()-]{7,}\d"
    r"|(?<![\d.])\d{3,4}[./]\d{3,4}[./]\d{3,4}(?![\d.])"
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d[ T\d:.]*|\d{8}T\d{6}-\w+")
_SECRET = re.compile(
    r"\brgl_[\w-]+"  # our own keys
    r"|(?<=://)[^\s/@]+(?=@)"  # user and password of a URL
    r"|(?<=[?&])[\w.-]+=[^\s&#]+"  # what stands in a URL's query
    r"|\b(?i:bearer|basic)\s+[\w.~+/=-]{6,}"
    r"|\b(?i:\w*(?:password|passwd|secret|token|api[_-]?key|authorization))\b['\"]?\s*[=:]\s*(?:\w+\s+(?=\S{12}))?\S+"
)
# What data is quoted by: marks, PostgreSQL's `Key (email)=(…)` and `Failing row contains (…)`, and samples of checks.
# A quote that is never closed was cut off; an apostrophe inside a word is none.
_QUOTED = re.compile(
    r"""(?<!\w)'(?:[^'\n]|'(?=\w))*(?:'(?!\w)|$)|"[^"\n]*(?:"|$)|[«“„][^»”\n]*(?:[»”]|$)"""
    r"|(?<==)\([^\n]*?\)|(?<=contains )\([^\n]*",
    re.MULTILINE,
)
_SAMPLE = re.compile(r"\be\.g\. .*")


def without_people(words: str) -> str:
    """Words in which addresses and long numbers are hidden, for others read what is told; days and runs stay."""

    def hidden(found: re.Match[str]) -> str:
        return found.group() if _DAY.fullmatch(found.group().strip()) else HIDDEN

    return _PERSONAL.sub(hidden, words)


def redacted(words: str) -> str:
    """Words without anything that is quoted of the data, without secrets and without people."""
    words = _SECRET.sub(HIDDEN, words)
    words = _QUOTED.sub(f"'{HIDDEN}'", _SAMPLE.sub(f"e.g. {HIDDEN}", words))
    return without_people(words)
