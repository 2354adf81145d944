"""dbt's own pages on its project, with the graph of what is made of what: its application, and the data it shows.

The application is what dbt ships. As it comes, its script stands in the page, which a policy against foreign scripts
forbids, and it can report its use to a server elsewhere; here the script is a file of its own and reports to nobody.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from regulars.engines.base import Engine
from regulars.errors import TransformError
from regulars.transform import Transformer

_SCRIPT = re.compile(r'<script defer="defer">(.*)</script></head>', re.DOTALL)
# They name files that dbt does not ship, and a page that is elsewhere.
_DEAD_LINKS = re.compile(r'<link rel="(?:canonical|shortcut icon)"[^>]*>')
_OF_A_RUN = {"build_path", "compiled", "compiled_code", "compiled_path", "extra_ctes"}
_TRACKER = "//d1fc8wv8zag5ca.cloudfront.net/2.9.0/sp.js"
# In the place of dbt's welcome, which speaks of projects in general.
_OVERVIEW = """
### The tables of this warehouse

What each table holds, what its columns mean, what it is made of and what is made of it. No value of
any customer is here.

- **Sources** (on the left) are what Regulars lands, resolves and learns; **regulars / models / marts**
  are the published tables.
- The tab **Database** lists the same by schema, with the rows of what is live.
- The round button shows the **lineage**: of one table as its neighbours, or of all. A right click on a
  table hides or focuses it.
- Each check is among the tests of the table it looks at; `regulars status` says how they went.
"""


@dataclass(frozen=True)
class DocsApplication:
    """dbt's page without its script, and the script; it asks for manifest.json and catalog.json beside itself."""

    page: str
    script: str


@lru_cache(maxsize=4)
def docs_application(folder: str) -> DocsApplication:
    """The application, for a page whose other files lie in a folder beside it.

    Raises:
        TransformError: This version of dbt ships another one than we know how to take apart.
    """
    from dbt.task.docs import DOCS_INDEX_FILE_PATH

    whole = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
    found = _SCRIPT.search(whole)
    asked = {f'"{name}.json"+t': f'"{folder}/{name}.json"+t' for name in ("manifest", "catalog")}
    if found is None or any(found[1].count(name) != 1 for name in asked):
        raise TransformError(
            "dbt's documentation has another form than this version of Regulars knows. Update Regulars."
        )
    page = f'{whole[: found.start()]}<script defer src="{folder}/app.js"></script></head>{whole[found.end() :]}'
    script = found[1].replace(_TRACKER, "")
    for name, place in asked.items():
        script = script.replace(name, place)
    return DocsApplication(_DEAD_LINKS.sub("", page), script)


def project_document(engine: Engine) -> dict[str, Any]:
    """dbt's manifest: every model, source and test with its SQL, its words and what it is made of; no data.

    Raises:
        TransformError: The project cannot be read.
    """
    document = Transformer.of(engine).manifest().writable_manifest().to_dict(omit_none=False)
    # By these dbt would know an installation again.
    document["metadata"] |= {"user_id": None, "invocation_id": None, "send_anonymous_usage_stats": False}
    for name, words in document["docs"].items():
        if name.endswith(".__overview__"):
            words["block_contents"] = _OVERVIEW
    # What a run in this process has left: paths of this machine, and SQL of that run.
    for node in document["nodes"].values():
        node.update(dict.fromkeys(_OF_A_RUN & node.keys()))
    plain: dict[str, Any] = json.loads(json.dumps(document, default=str))
    return plain
