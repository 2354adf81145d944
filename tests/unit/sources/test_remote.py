"""What URLs and patterns name, and what is said of those that name nothing, on servers that speak the protocols."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import fsspec
import pytest
from tests import servers_store
from tests.servers_store import KEY, SECRET, Store

from regulars.errors import InputError, RegularsError, SettingsError, SourceUnreachable
from regulars.sources.remote import expand_url, is_url, without_secrets


@pytest.fixture
def s3() -> Iterator[Store]:
    with servers_store.s3() as store:
        store.buckets.add("shop")
        store.files |= {"shop/2025/a.csv": b"one", "shop/2025/b.csv": b"two!", "shop/c [1].csv": b"three"}
        yield store


@pytest.fixture
def web() -> Iterator[Store]:
    with servers_store.web() as store:
        store.files |= {"d/a.csv": b"1", "d/b.csv": b"22", "d/c.json": b"{}"}
        yield store


def _options(store: Store, **more: str) -> dict[str, str]:
    return {"key": KEY, "secret": SECRET, "endpoint_url": store.url, **more}


def _refusal(kind: type[RegularsError], url: str, options: dict[str, str] | None = None) -> str:
    with pytest.raises(kind) as caught:
        expand_url(url, options)
    assert type(caught.value) is kind
    return str(caught.value)


def test_urls_are_told_from_paths() -> None:
    urls = ("s3://b/k", "https://h/f.csv", "memory://a", "zip://*.csv::s3://b/z.zip", "simplecache::https://h/f")
    assert all(map(is_url, urls))
    assert not any(map(is_url, ("orders.csv", "/a/b*.csv", "file:///a.csv", "C:\\orders.csv", "a b/c:d.csv")))


def test_objects_of_s3_by_name_and_by_pattern(s3: Store) -> None:
    both = expand_url("s3://shop/2025/*.csv", _options(s3))
    assert [(file.url, file.name, file.size) for file in both] == [
        ("s3://shop/2025/a.csv", "a.csv", 3),
        ("s3://shop/2025/b.csv", "b.csv", 4),
    ]
    # The tag is the MD5 of b"one", which S3 promises for objects written in one part.
    assert both[0].version == "etag f97c5d29941bfb1b2fdab0874906ab82, 3 bytes"
    [odd] = expand_url("s3://shop/c [1].csv", _options(s3))
    assert odd.size == 5


def test_a_listing_is_never_remembered(s3: Store) -> None:
    assert len(expand_url("s3://shop/2025/*.csv", _options(s3))) == 2
    s3.files["shop/2025/c.csv"] = b"new"
    assert len(expand_url("s3://shop/2025/*.csv", _options(s3))) == 3


def test_what_is_not_in_s3_is_named(s3: Store) -> None:
    options = _options(s3)
    assert "Did you mean a.csv" in _refusal(InputError, "s3://shop/2025/aa.csv", options)
    assert '"s3://shop/2025/*.csv"' in _refusal(InputError, "s3://shop/2025", options)
    assert "No file fits s3://shop/2025/*.json" in _refusal(InputError, "s3://shop/2025/*.json", options)
    for url in ("s3://shpo/*.csv", "s3://shpo/a.csv"):
        assert "There is no bucket shpo." in _refusal(InputError, url, options)


def test_credentials_are_asked_for_and_not_shown(s3: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.needs_key = True
    monkeypatch.setenv("SHOP_SECRET", SECRET)
    assert len(expand_url("s3://shop/2025/*.csv", _options(s3, secret="env:SHOP_SECRET"))) == 2
    said = _refusal(SettingsError, "s3://shop/2025/*.csv", _options(s3, key="somebody", secret="geheim"))
    assert "credentials" in said and "storage_options" in said and "geheim" not in said
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    alone = {"endpoint_url": s3.url, "use_ssl": ""}
    assert "Unable to locate credentials" in _refusal(SettingsError, "s3://shop/2025/*.csv", alone)
    assert "no variable NOWHERE_SET" in _refusal(SettingsError, "s3://shop/a", {"key": "env:NOWHERE_SET"})


def test_a_store_that_does_not_answer_is_unreachable() -> None:
    # Port 9 is nobody's; one try is enough to see it.
    quick = {"config_kwargs": {"retries": {"max_attempts": 1}}, "endpoint_url": "http://127.0.0.1:9"}
    with pytest.raises(SourceUnreachable) as caught:
        expand_url("s3://shop/*.csv", {"key": KEY, "secret": SECRET, **quick})
    assert caught.value.exit_code == 3
    said = _refusal(SourceUnreachable, "http://anna:pa55word@127.0.0.1:9/d/a.csv?token=sesame")
    assert "http://127.0.0.1:9/d/a.csv cannot be read" in said
    assert "sesame" not in said and "pa55word" not in said


def test_files_of_the_web_by_name_and_where_folders_are_listed(web: Store) -> None:
    [one] = expand_url(f"{web.url}/d/a.csv?month=1")
    assert (one.url, one.name, one.size, one.version) == (f"{web.url}/d/a.csv", "a.csv", 1, None)
    assert [file.name for file in expand_url(f"{web.url}/d/*.csv")] == ["a.csv", "b.csv"]
    assert "must list its folders" in _refusal(InputError, f"{web.url}/d/*.txt")
    assert "There is no file" in _refusal(InputError, f"{web.url}/d/none.csv")
    web.statuses = [503]
    assert "503" in _refusal(SourceUnreachable, f"{web.url}/d/none.csv")


@pytest.mark.parametrize(
    ("url", "package"),
    [("gs://b/a.csv", "gcsfs"), ("abfs://c@account/a.csv", "adlfs"), ("sftp://u:pa55@h/a.csv", "paramiko")],
)
def test_a_package_that_is_missing_is_named(url: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ImportError(f"Please install {package}")

    monkeypatch.setattr(fsspec, "url_to_fs", missing)
    said = _refusal(SettingsError, url)
    assert f"pip install {package}" in said and "pa55" not in said


def test_a_protocol_that_nobody_speaks_is_told() -> None:
    assert "Protocol not known: gopher" in _refusal(SettingsError, "gopher://host/a.csv")


def test_archives_are_opened_inside_other_stores(web: Store) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in/a.csv", "1")
        archive.writestr("b.csv", "22")
    web.files["z.zip"] = packed.getvalue()
    fsspec.filesystem("memory").pipe("/packed/z.zip", packed.getvalue())
    for place in (f"{web.url}/z.zip", "memory://packed/z.zip"):
        [top] = expand_url(f"zip://*.csv::{place}")
        assert (top.url, top.name, top.size) == (f"zip://b.csv::{place}", "b.csv", 2)
        [inner] = expand_url(f"zip://in/*.csv::{place}")
        assert inner.url == f"zip://in/a.csv::{place}"


def test_addresses_are_shown_without_what_opens_them() -> None:
    assert without_secrets("https://anna:pa55@host/f.csv?sig=1#x") == "https://host/f.csv"
    assert without_secrets("zip://a.csv::https://anna:pa55@host/z.zip?sig=1") == "zip://a.csv::https://host/z.zip"
    assert without_secrets("s3://bucket/part-?.csv") == "s3://bucket/part-?.csv"
    assert without_secrets("abfs://container@account/a.csv") == "abfs://container@account/a.csv"
