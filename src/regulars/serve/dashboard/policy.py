"""What a browser may load and run on the pages of the dashboard: what this server sends, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@cache
def dashboard_policy(index: Path) -> str:
    """The policy of Streamlit's page.

    Its own inline script is known by its hash. Plotly compiles the shaders of charts in three dimensions, which
    browsers call evaluating text; `style-src` allows what its widgets write into the page.

    Args:
        index: Streamlit's page.
    """
    inline = _INLINE.findall(index.read_text(encoding="utf-8"))
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in inline)
    return (
        f"default-src 'self'; script-src 'self' {hashes} 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
        " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:;"
        " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
