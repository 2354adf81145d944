"""Files come whole or not at all, whatever becomes of the connection, and leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from tests import servers_store
from tests.servers_store import KEY, SECRET, Store

from regulars.errors import InputError, SourceUnreachable
from regulars.sources import download
from regulars.sources.download import TRIES, downloaded
from regulars.sources.remote import RemoteFile, expand_url

CONTENT = bytes(range(256)) * 1000


@pytest.fixture(params=["web", "s3"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    with getattr(servers_store, request.param)() as found:
        found.buckets.add("shop")
        found.files["shop/orders.csv"] = CONTENT
        yield found


def _file(store: Store) -> RemoteFile:
    if store.RequestHandlerClass.__name__ == "_S3":
        [file] = expand_url("s3://shop/orders.csv", {"key": KEY, "secret": SECRET, "endpoint_url": store.url})
    else:
        [file] = expand_url(f"{store.url}/shop/orders.csv")
    return file


def test_a_file_is_here_under_its_name_while_it_is_read(store: Store, tmp_path: Path) -> None:
    with downloaded(_file(store), tmp_path / "scratch") as path:
        assert (path.name, path.read_bytes()) == ("orders.csv", CONTENT)
        assert path.is_relative_to(tmp_path / "scratch")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_connection_that_breaks_is_tried_again(store: Store, tmp_path: Path) -> None:
    file, pauses = _file(store), list[float]()
    store.cuts = [1000, 100_000]
    with downloaded(file, tmp_path, pauses.append) as path:
        assert path.read_bytes() == CONTENT
    assert store.cuts == []
    assert pauses == sorted(pauses)


def test_one_that_breaks_every_time_is_given_up_and_leaves_nothing(tmp_path: Path) -> None:
    with servers_store.web() as store:
        store.files["orders.csv"] = CONTENT
        [file] = expand_url(f"{store.url}/orders.csv")
        store.cuts, pauses = [1000] * 100, list[float]()
        words = f"tried {TRIES} times, and nothing of the file was kept"
        with pytest.raises(SourceUnreachable, match=words), downloaded(file, tmp_path, pauses.append):
            raise AssertionError("half a file was handed out")
        assert (len(pauses), store.asked["GET orders.csv"]) == (TRIES - 1, TRIES)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_fails_for_a_while_is_waited_for(tmp_path: Path) -> None:
    with servers_store.web() as store:
        store.files["orders.csv"] = CONTENT
        [file] = expand_url(f"{store.url}/orders.csv")
        store.statuses, pauses = [503, 502], list[float]()
        with downloaded(file, tmp_path, pauses.append) as path:
            assert path.read_bytes() == CONTENT
        assert len(pauses) == 2


def test_a_file_that_went_away_is_not_tried_again(tmp_path: Path) -> None:
    with servers_store.web() as store:
        store.files["orders.csv"] = CONTENT
        [file] = expand_url(f"{store.url}/orders.csv")
        store.files.clear()
        with pytest.raises(InputError, match="There is no file"), downloaded(file, tmp_path, _never):
            pass


def test_parts_of_two_versions_are_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with servers_store.s3() as store:
        store.buckets.add("shop")
        store.files["shop/a.csv"] = b"old and long"
        [file] = expand_url("s3://shop/a.csv", {"key": KEY, "secret": SECRET, "endpoint_url": store.url})
        fetch = file.filesystem.get_file

        def overtaken(*arguments: str) -> None:
            fetch(*arguments)
            store.files["shop/a.csv"] = b"new and long"

        monkeypatch.setattr(file.filesystem, "get_file", overtaken)
        pauses = list[float]()
        with downloaded(file, tmp_path, pauses.append) as path:
            assert path.read_bytes() == b"new and long"
        assert len(pauses) == 1


def test_any_file_system_will_do_and_odd_names_are_mended() -> None:
    fsspec.filesystem("memory").pipe("/odd/ä:b?.csv", b"x")
    [file] = expand_url("memory://odd/*.csv")
    with downloaded(file) as path:
        assert (path.name, path.read_bytes()) == ("ä_b_.csv", b"x")
    assert not path.exists()


def _never(_: float) -> None:
    raise AssertionError(f"{download.__name__} waited for a file that is gone")
