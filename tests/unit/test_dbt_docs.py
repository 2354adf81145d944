"""dbt's documentation is taken apart so that nothing of it stands in the page or comes from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regulars.dbt_docs import docs_application
from regulars.errors import TransformError


def test_the_page_holds_no_script_and_names_no_other_place() -> None:
    found = docs_application("data")
    assert re.findall(r"<script[^>]*>", found.page) == ['<script defer src="data/app.js">']
    assert re.findall(r'(?:href|src)="(?!data/app\.js|#)([^"]*)"', found.page) == []
    assert not re.search(r"\son\w+=", found.page)
    assert '"data/manifest.json"+t' in found.script and '"data/catalog.json"+t' in found.script
    assert "cloudfront" not in found.script


def test_another_form_of_it_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<script defer="defer">nothing that we know</script></head>')
    monkeypatch.setattr("dbt.task.docs.DOCS_INDEX_FILE_PATH", str(tmp_path / "index.html"))
    with pytest.raises(TransformError, match="another form"):
        docs_application("elsewhere")
