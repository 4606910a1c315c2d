"""The stock ledger over the API."""

from datetime import datetime
from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from orderan.access import Permission, Principal
from orderan.inventory import (
    Bucket,
    MovementKind,
    movements,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.web.api.shapes import REFUSED, Told
from orderan.web.api.stock_naming import Cursor, Limit, one_sku
from orderan.web.stock_scope import LOCATION, MOVEMENT, cause_text, cursor, read_cause, read_moment


class MovementTold(Told):
    """Units that went from one account to another."""

    id: str
    sku: str
    lot: str | None
    quantity: int
    from_location: str
    from_bucket: Bucket
    to_location: str
    to_bucket: Bucket
    kind: MovementKind
    cause: str | None
    reason: str | None
    actor: str
    occurred_at: datetime


class MovementsTold(Told):
    """A page of the ledger, newest first."""

    data: list[MovementTold]
    next_cursor: str | None


@get(
    "/stock-movements",
    summary="The stock ledger",
    opt={"needs": Permission.INVENTORY_READ},
    responses=REFUSED,
)
async def movements_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    sku: Annotated[str, QueryParameter(max_length=64)] = "",
    location: Annotated[str, QueryParameter(max_length=40)] = "",
    kind: Annotated[list[MovementKind] | None, QueryParameter()] = None,
    cause: Annotated[str, QueryParameter(max_length=40, description="An order or a transfer")] = "",
    since: datetime | None = None,
    until: datetime | None = None,
    after: Cursor = "",
    limit: Limit = 50,
) -> MovementsTold:
    """Newest first; since <= occurred_at < until."""

    async def read(tx: Tx) -> MovementsTold:
        found = await movements(
            tx,
            sku_id=(await one_sku(tx, sku)).id if sku else None,
            location_id=from_text(LOCATION, location) if location else None,
            locations=principal.location_ids,
            kinds=kind,
            cause_id=read_cause(cause) if cause else None,
            since=since,
            until=until,
            after=read_moment(after),
            limit=limit + 1,
        )
        last = found[limit - 1] if len(found) > limit else None
        return MovementsTold(
            data=[
                MovementTold(
                    id=to_text(MOVEMENT, one.id),
                    sku=one.sku,
                    lot=one.lot,
                    quantity=one.quantity,
                    from_location=to_text(LOCATION, one.from_location),
                    from_bucket=Bucket(one.from_bucket),
                    to_location=to_text(LOCATION, one.to_location),
                    to_bucket=Bucket(one.to_bucket),
                    kind=MovementKind(one.kind),
                    cause=cause_text(one.kind, one.cause_id),
                    reason=one.reason,
                    actor=one.actor,
                    occurred_at=one.occurred_at,
                )
                for one in found[:limit]
            ],
            next_cursor=cursor(last.occurred_at, last.id) if last else None,
        )

    return await db.run(caller, read)


handlers = [Router("/api/v1", route_handlers=[movements_listed], tags=["stock"])]
