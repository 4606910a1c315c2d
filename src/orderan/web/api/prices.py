"""Price lists, prices and tax rates over the API."""

from datetime import date, datetime
from typing import Annotated, Any, Final

from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import AwareDatetime, Field

from orderan.access import Permission, Principal
from orderan.catalog import (
    LIST_PREFIX,
    PriceList,
    PriceListFields,
    PriceListNotFound,
    PriceRow,
    Sku,
    UnknownSkus,
    add_price_list,
    change_price_list,
    end_price,
    price_lists,
    prices_of,
    set_price,
    skus_by_code,
    tax_rates,
    the_list,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.shops import UnknownChannel, list_channels, shop_by_id
from orderan.web.api.answering import READ, once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told

# PostgreSQL keeps no NUL in a text.
TEXT: Final = r"^[^\x00]*$"

ListCode = Annotated[str, Field(min_length=1, max_length=80, pattern=TEXT, examples=["umum"])]
SkuCode = Annotated[str, Field(min_length=1, max_length=64, pattern=TEXT)]
Step = Annotated[int, Field(ge=1, le=1_000_000, description="Units of a line from which the price holds")]
Rank = Annotated[int, Field(ge=-1000, le=1000, description="Of the lists for a buyer the highest wins")]
Label = Annotated[str, Field(min_length=1, max_length=80, pattern=TEXT)]


class PriceListAsked(Asked):
    """A price list to add, for a channel, a customer group, both or everybody."""

    code: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]
    name: Label
    channel: Annotated[str | None, Field(max_length=64, pattern=TEXT)] = None
    customer_group: Annotated[str | None, Field(min_length=1, max_length=60, pattern=TEXT)] = None
    rank: Rank = 0


class PriceListChangesAsked(Asked):
    """What to change; what is absent stays."""

    name: Label | None = None
    rank: Rank | None = None


class PriceListTold(Told):
    """A price list."""

    id: str
    code: str
    name: str
    currency: str
    channel: str | None
    customer_group: str | None
    rank: int


class PriceListsTold(Told):
    """Every price list of the shop."""

    data: list[PriceListTold]


class PriceAsked(Asked):
    """A price to set; amounts are minor units of the list's currency."""

    price_list: ListCode
    sku: SkuCode
    amount: Annotated[int, Field(ge=0, le=10**15)]
    min_quantity: Step = 1
    valid_from: AwareDatetime | None = Field(default=None, description="Absent: now")
    valid_until: AwareDatetime | None = Field(default=None, description="Absent: until further notice")
    replacing: bool = Field(
        default=False,
        description="Prices in the way end where this one begins and go on after its end; else they are refused",
    )


class PriceEndAsked(Asked):
    """A price to end; one that has not begun by then is taken away."""

    price_list: ListCode
    sku: SkuCode
    min_quantity: Step = 1
    valid_from: AwareDatetime
    at: AwareDatetime | None = Field(default=None, description="Absent: now")


class PriceTold(Told):
    """A price, valid over [valid_from, valid_until)."""

    price_list: str
    currency: str
    sku: str
    min_quantity: int
    amount: int
    valid_from: datetime
    valid_until: datetime | None


class PricesTold(Told):
    """Prices by list, step and time."""

    data: list[PriceTold]


class TaxRateTold(Told):
    """Tax of a class from a day of the shop's calendar: rate_bp hundredths of a percent of base times the price."""

    tax_class: str
    valid_from: date
    rate_bp: int = Field(examples=[1200])
    base_numerator: int = Field(examples=[11])
    base_denominator: int = Field(examples=[12])


class TaxRatesTold(Told):
    """Every tax rate, oldest first."""

    data: list[TaxRateTold]


@get("/", summary="List price lists", opt={"needs": Permission.CATALOG_READ}, responses=READ)
async def lists_listed(db: NamedDependency[Database], caller: NamedDependency[Caller]) -> PriceListsTold:
    """All of them; a shop has a handful."""

    async def read(tx: Tx) -> PriceListsTold:
        return PriceListsTold(data=[await _list_told(tx, found) for found in await price_lists(tx)])

    return await db.run(caller, read)


@post("/", summary="Add a price list", opt={"needs": Permission.CATALOG_WRITE}, responses=REFUSED)
async def list_added(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: PriceListAsked,
    idempotency_key: IdempotencyKey,
) -> PriceListTold:
    """An empty list in the shop's currency."""

    async def command(tx: Tx) -> PriceListTold:
        channel_id = None
        if data.channel is not None:
            channels = {channel.code: channel.id for channel in await list_channels(tx)}
            if data.channel not in channels:
                raise UnknownChannel(data.channel)
            channel_id = channels[data.channel]
        fields = PriceListFields(data.code, data.name, channel_id, data.customer_group, data.rank)
        shop = await shop_by_id(tx, tx.shop_id)
        return await _list_told(tx, await add_price_list(tx, fields, currency=shop.currency, now=now))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@patch(
    "/{list_id:str}",
    summary="Change a price list",
    opt={"needs": Permission.CATALOG_WRITE},
    responses=REFUSED,
)
async def list_changed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    list_id: FromPath[str],
    data: PriceListChangesAsked,
) -> PriceListTold:
    """Its name and rank; whom it is for and its code stay."""
    wanted = from_text(LIST_PREFIX, list_id)

    async def command(tx: Tx) -> PriceListTold:
        standing = await the_list(tx, wanted)
        fields = PriceListFields(
            standing.code,
            standing.name if data.name is None else data.name,
            standing.channel_id,
            standing.customer_group,
            standing.rank if data.rank is None else data.rank,
        )
        return await _list_told(tx, await change_price_list(tx, wanted, fields, now=now))

    return await db.run(caller, command)


@get("/", summary="Prices of a sku", opt={"needs": Permission.CATALOG_READ}, responses=READ)
async def prices_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    sku: Annotated[str, QueryParameter(min_length=1, max_length=64, pattern=TEXT)],
    price_list: Annotated[str, QueryParameter(max_length=80, pattern=TEXT)] = "",
) -> PricesTold:
    """Every price the sku ever had and will have, of one list or of all."""

    async def read(tx: Tx) -> PricesTold:
        found = await _sku(tx, sku)
        told = await _prices_told(tx, found, await prices_of(tx, [found.id]))
        return PricesTold(data=[one for one in told.data if price_list in ("", one.price_list)])

    return await db.run(caller, read)


@post("/", summary="Set a price", opt={"needs": Permission.CATALOG_WRITE}, responses=REFUSED)
async def price_set(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: PriceAsked,
    idempotency_key: IdempotencyKey,
) -> PricesTold:
    """The prices of that list, sku and step afterwards. The past is never repriced."""

    async def command(tx: Tx) -> PricesTold:
        sku = await _sku(tx, data.sku)
        price_list = await _list(tx, data.price_list)
        begins = data.valid_from or now
        row = PriceRow(price_list.id, sku.id, data.min_quantity, begins, data.valid_until, data.amount)
        return await _prices_told(tx, sku, await set_price(tx, row, replacing=data.replacing, now=now))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post("/end", summary="End a price", opt={"needs": Permission.CATALOG_WRITE}, responses=REFUSED)
async def price_ended(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: PriceEndAsked,
    idempotency_key: IdempotencyKey,
) -> PricesTold:
    """The prices of the sku afterwards."""

    async def command(tx: Tx) -> PricesTold:
        sku = await _sku(tx, data.sku)
        price_list = await _list(tx, data.price_list)
        step = (sku.id, price_list.id, data.min_quantity)
        await end_price(tx, step, data.valid_from, at=data.at or now, now=now)
        return await _prices_told(tx, sku, await prices_of(tx, [sku.id]))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=200)


@get("/", summary="List tax rates", opt={"needs": Permission.CATALOG_READ}, responses=READ)
async def rates_listed(db: NamedDependency[Database], caller: NamedDependency[Caller]) -> TaxRatesTold:
    """By class and day; the newest that has begun counts."""
    rates = await db.run(caller, tax_rates)
    return TaxRatesTold(
        data=[
            TaxRateTold(
                tax_class=rate.tax_class,
                valid_from=rate.valid_from,
                rate_bp=rate.rate_bp,
                base_numerator=rate.base_numerator,
                base_denominator=rate.base_denominator,
            )
            for rate in rates
        ]
    )


async def _sku(tx: Tx, code: str) -> Sku:
    found = await skus_by_code(tx, [code])
    if code not in found:
        raise UnknownSkus((code,))
    return found[code]


async def _list(tx: Tx, code: str) -> PriceList:
    for found in await price_lists(tx):
        if found.code == code:
            return found
    raise PriceListNotFound(code)


async def _list_told(tx: Tx, found: PriceList) -> PriceListTold:
    channels = {channel.id: channel.code for channel in await list_channels(tx)} if found.channel_id else {}
    return PriceListTold(
        id=to_text(LIST_PREFIX, found.id),
        code=found.code,
        name=found.name,
        currency=found.currency,
        channel=channels[found.channel_id] if found.channel_id else None,
        customer_group=found.customer_group,
        rank=found.rank,
    )


async def _prices_told(tx: Tx, sku: Sku, rows: list[PriceRow]) -> PricesTold:
    lists = {found.id: found for found in await price_lists(tx)}
    return PricesTold(
        data=[
            PriceTold(
                price_list=lists[row.price_list_id].code,
                currency=lists[row.price_list_id].currency,
                sku=sku.code,
                min_quantity=row.min_quantity,
                amount=row.amount_minor,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
            )
            for row in rows
        ]
    )


handlers: list[Any] = [
    Router("/api/v1/price-lists", route_handlers=[lists_listed, list_added, list_changed], tags=["catalog"]),
    Router("/api/v1/prices", route_handlers=[prices_listed, price_set, price_ended], tags=["catalog"]),
    Router("/api/v1/tax-rates", route_handlers=[rates_listed], tags=["catalog"]),
]
