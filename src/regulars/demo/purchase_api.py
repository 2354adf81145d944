"""The purchase-history API: a server that tells what the holder of a mobile number bought, right or with faults.

POST /purchases {"mobiles": [...]}    {"purchases": {mobile: [{date, amount, store}, ...], ...}}; ?bought_in=stores
GET /purchases/pages                  {"purchases": [{purchase_id, mobile, date, amount, store}, ...]}, page by page
GET /health                           {"status": "ok"}
"""

from __future__ import annotations

import socket
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from regulars import __version__
from regulars.demo.faults import Application, Faults, FaultyServer
from regulars.demo.purchases import Purchases
from regulars.errors import InputError

MOST_MOBILES = 1000
MOST_ROWS = 10_000


class Mobiles(BaseModel):
    """Whose purchases to tell."""

    model_config = ConfigDict(extra="forbid")

    mobiles: list[Annotated[str, Field(max_length=40)]] = Field(
        max_length=MOST_MOBILES, description="Mobile numbers with their country, such as +447911123456"
    )


def purchase_api(purchases: Purchases, faults: Faults | None = None) -> Application:
    """The application; with faults, it goes wrong at their rates."""
    chosen = faults or Faults()
    told = {"all": purchases, "stores": purchases.in_stores()}
    api = FastAPI(title="Purchase history", version=__version__, description="A demo source for Regulars.")

    @api.exception_handler(RequestValidationError)
    async def refuse(request: Request, error: RequestValidationError) -> JSONResponse:
        """What is wrong with a request, as RFC 9457 has it."""
        problems = [{"at": ".".join(map(str, each["loc"])), "problem": each["msg"]} for each in error.errors()]
        content = {
            "type": "about:blank",
            "title": "The request cannot be used",
            "status": 422,
            "detail": "; ".join(f"{each['at']}: {each['problem']}" for each in problems),
            "errors": problems,
        }
        return JSONResponse(content, 422, media_type="application/problem+json")

    @api.get("/health")
    async def health() -> dict[str, str]:
        """Whether the server is up."""
        return {"status": "ok"}

    @api.post("/purchases")
    async def by_mobile(asked: Mobiles, bought_in: Literal["all", "stores"] = "all") -> JSONResponse:
        """The purchases of each of these mobiles, of all or of the stores alone; an empty list for an unknown one."""
        found = told[bought_in].of(asked.mobiles)
        return JSONResponse({"purchases": {key: chosen.with_nonsense(rows, key) for key, rows in found.items()}})

    @api.get("/purchases/pages")
    async def by_page(
        request: Request,
        style: Literal["page", "cursor", "link"] = "page",
        since: Annotated[int, Query(ge=0, description="Only purchases with a greater purchase_id")] = 0,
        page: Annotated[int, Query(ge=1)] = 1,
        cursor: Annotated[int | None, Query(ge=0)] = None,
        page_size: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 1000,
    ) -> JSONResponse:
        """All purchases, oldest first, with the way to the next page in the style asked for."""
        if style == "page":
            rows = purchases.after(since, page_size, skipped=(page - 1) * page_size)
            return JSONResponse({"purchases": _with_nonsense(rows, chosen)})
        rows = purchases.after(since if cursor is None else cursor, page_size)
        last = rows[-1]["purchase_id"] if len(rows) == page_size else None
        content: dict[str, Any] = {"purchases": _with_nonsense(rows, chosen)}
        if style == "cursor":
            return JSONResponse(content | {"next": None if last is None else str(last)})
        link = {} if last is None else {"link": f'<{request.url.include_query_params(cursor=last)}>; rel="next"'}
        return JSONResponse(content, headers=link)

    return FaultyServer(api, chosen) if faults else api


def _with_nonsense(rows: list[dict[str, Any]], faults: Faults) -> list[Any]:
    return faults.with_nonsense(rows, str(rows[0]["purchase_id"])) if rows else []


def listening(port: int) -> socket.socket:
    """A socket on the loopback interface; nobody beyond this machine reaches it.

    Raises:
        InputError: The port is taken or not allowed.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise InputError(f"Port {port} cannot be had: {error.strerror}. Choose another with --port.") from None
    return listener


def serve(purchases: Purchases, faults: Faults, listener: socket.socket) -> None:
    """Answers on the socket until interrupted."""
    # Whatever else uvicorn would say, it would say of connections that are to break off.
    config = uvicorn.Config(purchase_api(purchases, faults), log_level="critical", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])
