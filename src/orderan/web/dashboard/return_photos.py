"""The pictures of a return, for whoever may see it."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from orderan.access import Permission
from orderan.catalog import PICTURE_TYPES
from orderan.flows.return_photos import opened_photo
from orderan.flows.views_returns import one_return
from orderan.kit.db import Tx
from orderan.kit.ids import from_text
from orderan.web.dashboard.desk import Visit, scope_of


@get(
    "/returns/{return_id:str}/photos/{number:int}",
    opt={"needs": Permission.RETURNS_READ},
    include_in_schema=False,
)
async def return_photo(
    visit: NamedDependency[Visit], return_id: FromPath[str], number: FromPath[int]
) -> Response[bytes]:
    """One picture as it was given."""
    found = from_text("ret", return_id)

    async def read(tx: Tx) -> tuple[str, bytes] | None:
        await one_return(tx, scope_of(visit.principal), found)
        return await opened_photo(tx, visit.keyring, found, number)

    opened = await visit.db.run(visit.caller, read)
    if opened is None:
        raise NotFoundException
    kind, content = opened
    return Response(content, media_type=PICTURE_TYPES[kind], headers={"cache-control": "private, no-store"})


handlers: list[Any] = [return_photo]
