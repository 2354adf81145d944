from collections.abc import Callable
from pathlib import Path

import pytest

from regulars.errors import InputError
from regulars.sources import expand, open_delivery

Write = Callable[..., Path]


def test_a_glob_gives_its_files_in_the_order_of_their_names_each_once(write: Write, tmp_path: Path) -> None:
    paths = [write("a\n", f"{name}.csv") for name in ("b", "a", "c")]
    (tmp_path / "folder.csv").mkdir()
    assert expand([tmp_path / "*.csv", paths[0]]) == sorted(paths)


def test_files_that_are_named_keep_their_order(write: Write) -> None:
    paths = [write("a\n", "b.csv"), write("a\n", "a.csv")]
    assert expand(paths) == paths


def test_a_name_with_brackets_is_a_name(write: Write) -> None:
    path = write("a\n", "orders [1].csv")
    assert expand([path]) == [path]


def test_a_missing_file_is_answered_with_near_names(write: Write, tmp_path: Path) -> None:
    write("a\n", "orders_2024.csv")
    with pytest.raises(InputError, match=r"There is no file .*orders_2042.csv. Did you mean orders_2024.csv"):
        expand([tmp_path / "orders_2042.csv"])
    with pytest.raises(InputError, match="Check the name"):
        expand([tmp_path / "nowhere" / "*.xlsx"])


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is a folder. Name its files"):
        expand([tmp_path])
    with pytest.raises(InputError, match="is no file"):
        open_delivery(tmp_path)


def test_a_missing_file_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        open_delivery(tmp_path / "none.csv")


def test_a_refusal_of_the_system_is_an_input_error(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"Permission denied. Check its name and permissions"):
        open_delivery(path)


@pytest.mark.parametrize(
    ("content", "name", "columns"),
    [
        ('[{"a": 1}]', "data.txt", ["a"]),
        ("a,b\n1,2\n", "data", ["a", "b"]),
        ("a\tb\n1\t2\n", "data.tsv", ["a", "b"]),
    ],
)
def test_a_file_is_opened_as_what_it_is(write: Write, content: str, name: str, columns: list[str]) -> None:
    assert open_delivery(write(content, name)).columns == columns


def test_an_empty_file_of_any_kind_is_refused(write: Write) -> None:
    for name in ("t.csv", "t.xlsx", "t.parquet", "t.json"):
        with pytest.raises(InputError, match="is empty"):
            open_delivery(write("", name))


def test_a_file_that_changes_while_it_is_read_is_refused(write: Write) -> None:
    path = write("a,b\n1,2\n")
    delivery = open_delivery(path)
    path.write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(InputError, match="changed while it was read"):
        delivery.batches().read_all()


def test_a_file_that_vanishes_is_refused(write: Write) -> None:
    path = write("a,b\n1,2\n")
    delivery = open_delivery(path)
    path.unlink()
    with pytest.raises(InputError, match="cannot be read to its end"):
        delivery.batches().read_all()
