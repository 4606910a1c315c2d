"""Shelf life over the API: what expires soon, and how long goods must keep for a channel."""

from datetime import date, datetime
from typing import Annotated

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.inventory import Expiring, ShelfLife, expiring, set_shelf_life, shelf_lives
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import to_text
from orderan.shops import NoSuchChannel, list_channels
from orderan.web.api.shapes import REFUSED, Asked, Told
from orderan.web.api.stock_naming import Code, Cursor, Limit, one_sku
from orderan.web.stock_scope import LOCATION, cursor, read_expiry

ChannelCode = Annotated[str, Field(min_length=1, max_length=64, description="Code of the channel")]


class ShelfLifeAsked(Asked):
    """What a lot must have left for a channel; `sku` left out is every sku without a rule of its own.

    Nothing of both takes the rule away.
    """

    channel: ChannelCode
    sku: Code | None = None
    least_days: Annotated[int, Field(ge=0, le=3650)]
    least_percent: Annotated[int, Field(ge=0, le=100)] = 0


class ShelfLifeTold(Told):
    """What a lot must have left for a channel."""

    channel: str
    sku: str | None
    least_days: int
    least_percent: int


class ShelfLivesTold(Told):
    """Every rule of the shop."""

    data: list[ShelfLifeTold]


class ExpiringTold(Told):
    """Units of a lot that expires soon; `too_short_for` are channels that get none of it."""

    sku: str
    title: str
    location_id: str
    lot: str
    expires_on: date
    days: int
    free: int
    promised: int
    too_short_for: list[str]


class ExpiringPageTold(Told):
    """Lots on hand, the first to expire on top."""

    data: list[ExpiringTold]
    next_cursor: str | None


@get(
    "/stock-expiring",
    summary="Goods that expire soon",
    opt={"needs": Permission.INVENTORY_READ},
    responses=REFUSED,
)
async def expiring_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    days: Annotated[int, QueryParameter(ge=0, le=3650)] = 30,
    after: Cursor = "",
    limit: Limit = 50,
) -> ExpiringPageTold:
    """`days` or fewer to go, those that expired included."""
    begin = read_expiry(after)

    async def read(tx: Tx) -> tuple[list[Expiring], dict[str, str]]:
        rows = await expiring(
            tx, within=principal.location_ids, days=days, now=now, after=begin, limit=limit + 1
        )
        return rows, {str(one.id): one.code for one in await list_channels(tx)}

    rows, codes = await db.run(caller, read)
    last = rows[limit - 1] if len(rows) > limit else None
    return ExpiringPageTold(
        data=[
            ExpiringTold(
                sku=row.sku,
                title=row.title,
                location_id=to_text(LOCATION, row.key.location_id),
                lot=row.lot,
                expires_on=row.expires_on,
                days=row.days,
                free=row.free,
                promised=row.promised,
                too_short_for=[codes[str(one)] for one in row.channels],
            )
            for row in rows[:limit]
        ],
        next_cursor=cursor(last.expires_on, *last.key) if last else None,
    )


@get(
    "/shelf-life",
    summary="How long goods must keep",
    opt={"needs": Permission.INVENTORY_READ},
    responses=REFUSED,
)
async def shelf_lives_read(db: NamedDependency[Database], caller: NamedDependency[Caller]) -> ShelfLivesTold:
    """By channel; a rule of a sku counts before the one for all."""
    return await db.run(caller, _told)


@put(
    "/shelf-life",
    summary="Set how long goods must keep",
    opt={"needs": Permission.SETTINGS_WRITE},
    responses=REFUSED,
)
async def shelf_life_put(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    data: ShelfLifeAsked,
) -> ShelfLivesTold:
    """Orders that come from now on follow it."""

    async def command(tx: Tx) -> ShelfLivesTold:
        channel = next((one for one in await list_channels(tx) if one.code == data.channel), None)
        if channel is None:
            raise NoSuchChannel
        sku_id = (await one_sku(tx, data.sku)).id if data.sku else None
        await set_shelf_life(
            tx, channel.id, sku_id, least_days=data.least_days, least_percent=data.least_percent, now=now
        )
        return await _told(tx)

    return await db.run(caller, command)


async def _told(tx: Tx) -> ShelfLivesTold:
    codes = {one.id: one.code for one in await list_channels(tx)}

    def rule_told(rule: ShelfLife) -> ShelfLifeTold:
        return ShelfLifeTold(
            channel=codes[rule.channel_id],
            sku=rule.sku or None,
            least_days=rule.least_days,
            least_percent=rule.least_percent,
        )

    return ShelfLivesTold(data=[rule_told(rule) for rule in await shelf_lives(tx)])


handlers = [
    Router("/api/v1", route_handlers=[expiring_listed, shelf_lives_read, shelf_life_put], tags=["stock"])
]
