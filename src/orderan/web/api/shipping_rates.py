"""What bringing something to an address costs, over the API: for a page that asks before anything is ordered."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from pydantic import Field

from orderan.access import NotAllowed, Permission, Principal
from orderan.flows.book_courier import Booker
from orderan.flows.courier_rates import RateQuery
from orderan.flows.promise_dates import estimates
from orderan.flows.quote_couriers import rate_query
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.shipping import PREFIX, Offer, RateSource, Road
from orderan.web.api.answering import MOST_MINOR
from orderan.web.api.shapes import REFUSED, Told

MOST_G: Final = 1_000_000


class OfferTold(Told):
    """Somebody who would carry it; amounts are rupiah.

    `source` says how it is known: `live`, the courier said so now; `cached`, it did in the last hours; `old`, it did
    before and was silent this time; `table`, from the shop's own fees, which book nobody where `account` is null.
    """

    account: str | None
    courier: str
    service: str
    cost: int
    insurance: int | None
    cod_fee: int | None
    total: int
    takes_cod: bool
    least_days: int | None
    most_days: int | None
    source: RateSource
    as_of: datetime | None
    arrives_on: date | None = Field(
        description="The day it would arrive if it were accepted now, by what parcels took before; null without area"
    )


class OffersTold(Told):
    """Offers, the cheapest first."""

    data: list[OfferTold]


@get(
    "/",
    summary="What carrying a parcel costs",
    opt={"needs": Permission.SHIPPING_READ},
    responses=REFUSED,
)
async def rates_asked(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    booker: NamedDependency[Booker],
    now: NamedDependency[datetime],
    weight_g: Annotated[int, QueryParameter(ge=1, le=MOST_G)],
    village_code: Annotated[str | None, QueryParameter(pattern=r"^\d\d\.\d\d\.\d\d\.\d{4}$")] = None,
    postcode: Annotated[str, QueryParameter(pattern=r"^([1-9]\d{4})?$")] = "",
    location: Annotated[
        str, QueryParameter(max_length=40, description="From where; else from the first")
    ] = "",
    value: Annotated[int, QueryParameter(ge=0, le=MOST_MINOR)] = 0,
    cod: Annotated[int, QueryParameter(ge=0, le=MOST_MINOR, description="Cash to collect")] = 0,
    insured: FromQuery[bool] = False,
) -> OffersTold:
    """Every account is asked at once; those that answer within two and a half seconds are in the answer."""
    place = from_text("loc", location) if location else None
    within = principal.location_ids
    if within is not None and place not in within:
        raise NotAllowed(str(Permission.SHIPPING_READ))
    query = await db.run(
        caller,
        lambda tx: rate_query(
            tx,
            place,
            village_code=village_code,
            postcode=postcode,
            weight_g=weight_g,
            value_minor=value,
            cod_minor=cod,
            insured=insured,
        ),
    )
    offers = await booker.finder.offers(caller, query)
    days = await db.run(caller, lambda tx: _arrivals(tx, query, offers, now=now))
    return OffersTold(data=[offer_told(one, day) for one, day in zip(offers, days, strict=True)])


async def _arrivals(tx: Tx, query: RateQuery, offers: Sequence[Offer], *, now: datetime) -> list[date | None]:
    if query.village_code is None:
        return [None] * len(offers)
    roads = [
        Road(
            query.origin_village,
            query.village_code,
            one.rate.courier,
            one.rate.service.lower(),
            one.rate.least_days if one.rate.most_days is None else one.rate.most_days,
        )
        for one in offers
    ]
    return [one.promised_on for one in await estimates(tx, roads, now=now)]


def offer_told(one: Offer, arrives_on: date | None) -> OfferTold:
    rate = one.rate
    return OfferTold(
        account=to_text(PREFIX, one.account_id) if one.account_id else None,
        courier=rate.courier,
        service=rate.service,
        cost=rate.cost_minor,
        insurance=rate.insurance_minor,
        cod_fee=rate.cod_fee_minor,
        total=one.total_minor,
        takes_cod=rate.cod,
        least_days=rate.least_days,
        most_days=rate.most_days,
        source=one.source,
        as_of=one.as_of,
        arrives_on=arrives_on,
    )


handlers = [Router("/api/v1/shipping-rates", route_handlers=[rates_asked], tags=["parcels"])]
