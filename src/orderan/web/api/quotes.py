"""Quotes over the API: what an order would cost if it were placed now."""

from datetime import datetime
from typing import Annotated, Any, Final

from litestar import Request, Router, post
from litestar.di import NamedDependency
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.customers import e164
from orderan.flows.quote_order import Inquiry, InquiryLine, Priced, quote_order
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.runner import Runner
from orderan.pricing import Discount
from orderan.shops import UnknownChannel, shop_by_id
from orderan.web.api.answering import once
from orderan.web.api.orders import MOST_LINES, DiscountAsked
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told

# PostgreSQL keeps no NUL in a text.
TEXT: Final = r"^[^\x00]*$"


class QuoteLineAsked(Asked):
    """A line to price."""

    sku: Annotated[str, Field(min_length=1, max_length=64, pattern=TEXT)]
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]


class QuoteAsked(Asked):
    """A basket to price; stock is not looked at and nothing is held."""

    channel: Annotated[str, Field(min_length=1, max_length=64, pattern=TEXT)]
    lines: Annotated[list[QuoteLineAsked], Field(min_length=1, max_length=MOST_LINES)]
    discounts: Annotated[tuple[DiscountAsked, ...], Field(max_length=50)] = ()
    shipping_service: Annotated[str | None, Field(min_length=1, max_length=40, pattern=TEXT)] = None
    village_code: Annotated[str | None, Field(pattern=r"^\d\d\.\d\d\.\d\d\.\d{4}$")] = None
    phone: Annotated[
        str | None,
        Field(max_length=30, pattern=TEXT, description="Of a buyer who may be known and have group prices"),
    ] = None
    expected_total: Annotated[int | None, Field(ge=0, le=10**15)] = None


class DiscountShareTold(Told):
    """What a discount takes off a line."""

    code: str
    payer: str
    amount: int


class QuoteLineTold(Told):
    """A line with its share of everything."""

    line: int
    sku: str
    title: str
    quantity: int
    unit_price: int
    goods: int
    discount: int
    discounts: list[DiscountShareTold]
    tax: int
    tax_class: str
    tax_rate_bp: int


class QuoteTold(Told):
    """What it costs; amounts are minor units of `currency`.

    total = goods - discount + shipping + rounding, and + tax unless prices include it.
    """

    currency: str
    goods: int
    discount: int
    shipping: int
    tax: int
    tax_included: bool
    rounding: int
    total: int
    lines: list[QuoteLineTold]


@post(
    "/",
    summary="What an order would cost",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def quoted(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    data: QuoteAsked,
    idempotency_key: IdempotencyKey,
) -> QuoteTold:
    """By the same sums that placing the order uses; send its total as `expected_total` then."""

    async def command(tx: Tx) -> QuoteTold:
        inquiry = Inquiry(
            channel=data.channel,
            lines=[InquiryLine(line.sku, line.quantity) for line in data.lines],
            discounts=[Discount(one.code, one.payer, one.amount, one.line) for one in data.discounts],
            shipping_service=data.shipping_service,
            phone=e164(data.phone) if data.phone else None,
            village_code=data.village_code,
            expected_total_minor=data.expected_total,
        )
        shop = await shop_by_id(tx, tx.shop_id)
        priced, currency = await quote_order(tx, shop, inquiry, keyring=keyring, now=now)
        if principal.channel_ids is not None and priced.channel.id not in principal.channel_ids:
            raise UnknownChannel(data.channel)
        return told(priced, inquiry, currency)

    return await once(request, principal, runner, idempotency_key, command, now=now)


def told(priced: Priced, inquiry: Inquiry, currency: str) -> QuoteTold:
    """A quote as the API tells it."""
    sums = priced.quote
    return QuoteTold(
        currency=currency,
        goods=sums.goods_minor,
        discount=sums.discount_minor,
        shipping=sums.shipping_minor,
        tax=sums.tax_minor,
        tax_included=sums.tax_included,
        rounding=sums.rounding_minor,
        total=sums.total_minor,
        lines=[
            QuoteLineTold(
                line=line.line_no,
                sku=offer.code,
                title=offer.title,
                quantity=asked.quantity,
                unit_price=unit,
                goods=line.goods_minor,
                discount=line.discount_minor,
                discounts=[
                    DiscountShareTold(code=code, payer=payer, amount=amount)
                    for code, payer, amount in line.discounts
                ],
                tax=line.tax_minor,
                tax_class=offer.tax_class,
                tax_rate_bp=rate.rate_bp,
            )
            for asked, offer, unit, rate, line in zip(
                inquiry.lines, priced.offers, priced.prices, priced.rates, sums.lines, strict=True
            )
        ],
    )


handlers: list[Any] = [Router("/api/v1/quotes", route_handlers=[quoted], tags=["orders"])]
