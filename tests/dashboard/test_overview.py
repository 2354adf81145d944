from __future__ import annotations

from tests.dashboard.visiting import Visit


def test_overview(visit: Visit) -> None:
    visit.open()
    assert "Champions" in visit.text
    assert visit.downloaded("Download CSV").startswith(b"segment")
    assert not visit.barriers()
