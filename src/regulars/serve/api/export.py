"""GET /export/segments/{segment}: a segment as a file, whole or not at all, in constant memory, and entered in the
ledger of exports.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from regulars.activate.exporting import ExportRequest, make_export
from regulars.engines.export_ledger import ExportLedger
from regulars.serve.api.answers import NOT_FOUND, PUBLISHED, Operator
from regulars.serve.api.published import kept_headers, published, queries_on
from regulars.serve.api.segments import SegmentName, refuse_unknown
from regulars.serve.api.sent_files import sent
from regulars.serve.api.slow_work import takes_long
from regulars.serve.api.state import state_of
from regulars.serve.selection import Selection

router = APIRouter(prefix="/export", tags=["Export"])
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILE = {"schema": {"type": "string", "format": "binary"}}
_CONTENT: dict[str, Any] = {media.partition(";")[0]: _FILE for media in _MEDIA.values()}
_CONTENT[_MEDIA["json"]] = {"schema": {"type": "array", "items": {"type": "object"}}}
_ANSWER = {**PUBLISHED[200], "content": _CONTENT}


@router.get(
    "/segments/{segment}",
    response_class=Response,
    responses={**PUBLISHED, **NOT_FOUND, 200: _ANSWER},
    summary="The customers of a segment, as a file",
)
@takes_long
def export_segment(
    request: Request,
    principal: Operator,
    segment: SegmentName,
    kind: Annotated[
        Literal["csv", "json", "parquet", "xlsx"], Query(alias="format", description="Of the file.")
    ] = "csv",
) -> Response:
    """All columns of customer_360, whatever consent was given. Excel holds no more than 1,048,575 customers.

    `regulars export --list` has the entry that is made of each.
    """
    state, headers = state_of(request), Response()
    # Made of letters and digits alone, so that no name of a segment can end the header.
    name = re.sub("[^a-z0-9]+", "-", segment.lower()).strip("-") or "segment"
    with published(request, headers, principal) as reading, state.sending.file(f"{name}.{kind}") as path:
        refuse_unknown(reading.session, segment)
        # Written whole before the first byte goes out: what breaks in the middle is an error, not half a list.
        asked = ExportRequest(
            path=path,
            selection=Selection(segments=(segment,)),
            format=kind,
            exported_by=principal.name,
            destination=f"sent to {principal.name}",
        )
        make_export(queries_on(request, reading), ExportLedger(state.engine.journal), asked)
        attached = {"Content-Disposition": f'attachment; filename="{path.name}"'}
        return sent(path, _MEDIA[kind], {**kept_headers(headers), **attached})
