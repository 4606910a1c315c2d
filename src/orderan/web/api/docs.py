"""The API explained and tried out in a browser, without asking any other host."""

from typing import Any

from litestar import Request, Response, get

from orderan.web.pages import page


@get("/api/docs", name="api_docs", opt={"public": True}, include_in_schema=False)
async def api_docs(request: Request[Any, Any, Any]) -> Response[Any]:
    """Swagger UI over our own document; the key a reader types in is sent to us alone."""
    return page(request, "docs/api.html")


handlers: list[Any] = [api_docs]
