"""GET /export/segments/{segment}: a segment as a file, whole or not at all, in constant memory."""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from regulars.engines.files import write_file
from regulars.serve.api.answers import NOT_FOUND, PUBLISHED, Operator
from regulars.serve.api.published import published, queries_on
from regulars.serve.api.segments import SegmentName, refuse_unknown
from regulars.serve.masking import masked_stream

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
    response_class=FileResponse,
    responses={**PUBLISHED, **NOT_FOUND, 200: _ANSWER},
    summary="The customers of a segment, as a file",
)
def export_segment(
    request: Request,
    principal: Operator,
    segment: SegmentName,
    kind: Annotated[
        Literal["csv", "json", "parquet", "xlsx"], Query(alias="format", description="Of the file.")
    ] = "csv",
) -> Response:
    """All columns of customer_360. Excel holds no more than 1,048,575 customers."""
    headers = Response()
    folder = TemporaryDirectory(prefix="regulars-export-", ignore_cleanup_errors=True)
    path = FilePath(folder.name) / f"segment.{kind}"
    try:
        with published(request, headers, principal) as reading:
            refuse_unknown(reading.session, segment)
            # Written whole before the first byte goes out: what breaks in the middle is an error, not half a list.
            with queries_on(request, reading).customers_stream([segment]) as rows:
                write_file(masked_stream(rows, principal), path, kind)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        path,
        media_type=_MEDIA[kind],
        # Made of letters and digits alone, so that no name of a segment can end the header.
        filename=f"{re.sub('[^a-z0-9]+', '-', segment.lower()).strip('-') or 'segment'}.{kind}",
        headers={name: headers.headers[name] for name in ("etag", "cache-control", "vary")},
        background=BackgroundTask(folder.cleanup),
    )
