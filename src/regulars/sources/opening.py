"""Files by name or pattern, each opened as what it is: by its first bytes, then by its ending."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from regulars.errors import InputError
from regulars.sources.delimited import open_delimited
from regulars.sources.delivery import Delivery, FileOptions
from regulars.sources.excel import open_workbook
from regulars.sources.json_files import open_json
from regulars.sources.survey import file_state, survey
from regulars.sources.tables import open_parquet

_WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
_JSON = (".json", ".jsonl", ".ndjson")
_MAGIC = ((b"PAR1", "parquet"), (b"PK\x03\x04", "workbook"), (b"\xd0\xcf\x11\xe0", "workbook"))


def expand(patterns: Iterable[str | Path]) -> list[Path]:
    """The files that paths and globs name, globs in the order of their names, each file once.

    Raises:
        InputError: A path or pattern names no file, or a folder.
    """
    found: dict[Path, None] = {}
    for pattern in map(str, patterns):
        path = Path(pattern.removeprefix("file://")).expanduser()
        if path.is_dir():
            raise InputError(f'{pattern} is a folder. Name its files, such as "{path / "*.csv"}".')
        if path.exists():
            found[path] = None
            continue
        matches = sorted(Path(match) for match in glob.glob(str(path), recursive=True) if not Path(match).is_dir())
        if not matches:
            raise InputError(f"There is no file {pattern}.{_near(path)}")
        found |= dict.fromkeys(matches)
    return list(found)


def open_delivery(path: str | Path, options: FileOptions | None = None) -> Delivery:
    """Opens a file: CSV and its relatives, Excel, Parquet, JSON or JSON Lines; the text ones may be gzipped.

    Raises:
        InputError: There is no such file, or it cannot be read.
    """
    path, options = Path(path), options or FileOptions()
    if path.is_dir() or (path.exists() and not path.is_file()):
        raise InputError(f'{path} is no file. Name a file, or a pattern such as "{path / "*.csv"}".')
    kind = _kind(path)
    facts = survey(path, options.encoding, is_text=kind in ("text", "json"))
    if facts.bytes == 0:
        raise InputError(f"{path.name} is empty. Export it again, with a header line and rows.")
    if kind == "parquet":
        delivery = open_parquet(path, facts)
    elif kind == "workbook":
        delivery = open_workbook(path, facts, options)
    elif kind == "json":
        delivery = open_json(path, facts)
    else:
        delivery = open_delimited(path, facts, options)

    def confirm() -> None:
        if file_state(path) != facts.state:
            raise InputError(
                f"{path.name} changed while it was read. Nothing of it was kept; run again when it is complete."
            )

    delivery.confirm = confirm
    return delivery


def _kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}. Check its name and permissions.") from None
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    endings = [suffix.lower() for suffix in path.suffixes]
    if endings and endings[-1] in _WORKBOOKS:
        return "workbook"
    if endings and endings[-1] == ".parquet":
        return "parquet"
    if any(ending in _JSON for ending in endings[-2:]):
        return "json"
    return "json" if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else "text"


def _near(path: Path) -> str:
    folder = path.parent if path.parent.is_dir() else Path()
    names = [entry.name for entry in folder.iterdir() if entry.is_file()]
    near = get_close_matches(path.name, names, n=3)
    if near:
        return f" Did you mean {' or '.join(near)}?"
    return " Check the name; quote a pattern so that the shell leaves it alone."
