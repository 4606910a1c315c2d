"""Placing orders: a batch is the native unit, one order is a batch of one.

first    repeats are found: a known external id or cart answers with the order that stands; its
         second occurrence in the batch waits for the first, and is tried if that was refused
then     known buyers are looked up and held, offers become prices, each order is quoted
then     what is quoted is scored together; what is denied takes no stock
then     stock rows of all orders are locked once and each order takes its own, in the order
         they came; who is short is told and hinders nobody
at last  buyers of what was taken become customers; orders, lines, claims, movements, facts and
         decisions are written, a statement per table, and the whole batch commits at once
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from orderan.catalog import Offer, TaxRate
from orderan.customers import Buyer, Known, Resolved, known_customers, resolve_customers
from orderan.flows.quote_order import Market, look_up, price
from orderan.flows.score_orders import Asked, Origin, keep, settle, weigh
from orderan.flows.verify_order import begin_verification
from orderan.fulfilment import follow_goods, plan_tasks
from orderan.inventory import ClaimState, Demand, StockShort, Taken, Want, sourced, take_stock
from orderan.kit import decisions
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.decisions import Decision
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import new_id
from orderan.orders import (
    POLICIES,
    Commercial,
    Headline,
    Line,
    NewOrder,
    Order,
    OrderKind,
    Terms,
    Verification,
    known_orders,
    load_orders,
    open_orders,
    require_terms,
)
from orderan.payments import standing
from orderan.pricing import Discount, Quote
from orderan.shops import Channel, Shop, UnknownChannel
from orderan.trust import Assessed

Name = tuple[str, str, str]
"""What one order only may have: an external id of a channel, or a cart."""


@dataclass(eq=False)
class CartTaken(Refusal):
    """The cart is an order of a channel that the caller may not see."""

    cart_id: str

    code = "cart_taken"
    kind = Kind.CONFLICT
    sentence = N_("Keranjang “{cart_id}” sudah menjadi pesanan di kanal lain.")


@dataclass(frozen=True, slots=True)
class PlacementLine:
    """A line as it was asked for.

    Attributes:
        may_substitute: The buyer lets something else stand in for what is missing of it.
    """

    sku: str
    quantity: int
    may_substitute: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """An order as it was asked for; amounts are minor units of the shop's currency.

    Attributes:
        external_id: The channel's own id; one order per channel and id.
        cart_id: The cart it came from; one order per cart.
        shipping_service: Priced from the zone table; None is no shipping.
        expected_total_minor: What the buyer was shown; another total is refused.
        origin: Device, network and card it came from, as far as they are known.
    """

    channel: str
    lines: Sequence[PlacementLine]
    buyer: Buyer | None = None
    kind: OrderKind = OrderKind.B2C
    terms: Terms = Terms.PREPAID
    external_id: str | None = None
    cart_id: str | None = None
    discounts: Sequence[Discount] = field(default=())
    shipping_service: str | None = None
    expected_total_minor: int | None = None
    note: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that exists now.

    Attributes:
        again: It existed before: the channel's order id or the cart was placed already.
    """

    order: Order
    lines: Sequence[Line]
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Quoted:
    """A placement that can be paid for, before stock was asked; the id will be its order's."""

    id: UUID
    index: int
    placement: Placement
    channel: Channel
    offers: Sequence[Offer]
    prices: Sequence[int]
    rates: Sequence[TaxRate]
    quote: Quote


async def place_orders(
    tx: Tx,
    shop: Shop,
    placements: Sequence[Placement],
    *,
    keyring: Keyring,
    next_number: Callable[[], int],
    within: Collection[UUID] | None = None,
    now: datetime,
) -> list[Placed | Refusal]:
    """Place a batch; an answer per placement, in order. A refused one leaves nothing behind.

    Args:
        next_number: Gives an order number; called once per order that is really placed.
        within: Channels the caller may place on; any other is unknown to them. None is all.

    Refusals: UnknownChannel, CartTaken, TermsNotForKind, UnknownSkus, NoPrice, NoShippingFee, DiscountTooLarge,
        TotalChanged, TermsDenied, StockShort.

    Raises:
        psycopg.errors.UniqueViolation: Somebody placed one of these external ids or carts at
            this moment; run the whole batch again.
    """
    market = await look_up(tx, shop, placements, now=now)
    answers = await _repeats(tx, market, placements, within=within)
    waiting = [index for index, answer in enumerate(answers) if answer is None]
    phones = {buyer.phone for index in waiting if (buyer := placements[index].buyer)}
    known = await known_customers(tx, keyring, phones)
    stands: dict[Name, Placed] = {}
    while waiting:
        quoted: list[_Quoted] = []
        for index in _first_of_each(placements, waiting):
            try:
                quoted.append(_quote(index, placements[index], market, known, now=now))
            except Refusal as refusal:
                answers[index] = refusal
        quoted, scores = await _let_through(tx, shop, quoted, known, answers, keyring=keyring, now=now)
        served = await _take(tx, quoted, answers, now=now)
        buyers = await _buyers(tx, keyring, [entry for entry, _, _ in served], known, now=now)
        for entry, placed in await _write(tx, shop, served, buyers, scores, next_number=next_number, now=now):
            answers[entry.index] = placed
            stands |= dict.fromkeys(_names(entry.placement), replace(placed, again=True))
        waiting = [index for index in waiting if answers[index] is None]
        for index in waiting:
            answers[index] = next(
                (stands[name] for name in _names(placements[index]) if name in stands), None
            )
        waiting = [index for index in waiting if answers[index] is None]
    fresh = [answer.order for answer in answers if isinstance(answer, Placed) and not answer.again]
    await begin_verification(tx, fresh, now=now)
    return [answer for answer in answers if answer is not None]


def _names(placement: Placement) -> list[Name]:
    names = []
    if placement.external_id:
        names.append(("external", placement.channel, placement.external_id))
    if placement.cart_id:
        names.append(("cart", "", placement.cart_id))
    return names


def _first_of_each(placements: Sequence[Placement], waiting: Sequence[int]) -> list[int]:
    """Those that share no external id and no cart with one before them; the others wait for what becomes of it."""
    seen: set[Name] = set()
    first = []
    for index in waiting:
        names = _names(placements[index])
        if seen.isdisjoint(names):
            first.append(index)
        seen.update(names)
    return first


async def _repeats(
    tx: Tx, market: Market, placements: Sequence[Placement], *, within: Collection[UUID] | None
) -> list[Placed | Refusal | None]:
    externals = [
        (market.channels[placement.channel].id, placement.external_id)
        for placement in placements
        if placement.external_id and placement.channel in market.channels
    ]
    carts = [placement.cart_id for placement in placements if placement.cart_id]
    by_external, by_cart = await known_orders(tx, externals, carts)
    found: list[UUID | Refusal | None] = []
    for placement in placements:
        channel = market.channels.get(placement.channel)
        if channel is None or (within is not None and channel.id not in within):
            found.append(UnknownChannel(placement.channel))
        else:
            before = by_external.get((channel.id, placement.external_id or ""))
            found.append(before or by_cart.get(placement.cart_id or ""))
    standing_orders = await load_orders(tx, {answer for answer in found if isinstance(answer, UUID)})

    def told(answer: UUID | Refusal | None) -> Placed | Refusal | None:
        if not isinstance(answer, UUID):
            return answer
        order, lines = standing_orders[answer]
        # A cart is one order whatever the channel, but not everybody's to read.
        if within is not None and order.channel_id not in within:
            return CartTaken(order.cart_id or "")
        return Placed(order, lines, again=True)

    return [told(answer) for answer in found]


async def _buyers(
    tx: Tx, keyring: Keyring, entries: Sequence[_Quoted], known: Known, *, now: datetime
) -> dict[int, Resolved]:
    wanted = {entry.index: entry.placement.buyer for entry in entries if entry.placement.buyer}
    if not wanted:
        return {}
    resolved = await resolve_customers(tx, keyring, list(wanted.values()), known=known, now=now)
    return dict(zip(wanted, resolved, strict=True))


def _quote(index: int, placement: Placement, market: Market, known: Known, *, now: datetime) -> _Quoted:
    require_terms(placement.kind, placement.terms)
    buyer = placement.buyer
    priced = price(
        placement,
        market,
        group=known.group_of(buyer.phone) if buyer else None,
        village_code=_village(placement),
        now=now,
    )
    return _Quoted(
        new_id(), index, placement, priced.channel, priced.offers, priced.prices, priced.rates, priced.quote
    )


def _village(placement: Placement) -> str | None:
    buyer = placement.buyer
    return buyer.address.village_code if buyer and buyer.address else None


async def _let_through(
    tx: Tx,
    shop: Shop,
    quoted: Sequence[_Quoted],
    known: Known,
    answers: list[Placed | Refusal | None],
    *,
    keyring: Keyring,
    now: datetime,
) -> tuple[list[_Quoted], dict[UUID, Assessed]]:
    """Those whose score lets them be placed, with all scores. The others are answered."""
    asked = [
        Asked(
            entry.id,
            entry.channel,
            entry.placement.terms,
            entry.quote.total_minor,
            buyer,
            entry.placement.origin,
            entry.placement.note,
            is_customer=buyer is not None and known.has(buyer.phone),
        )
        for entry in quoted
        for buyer in [entry.placement.buyer]
    ]
    scores, refused = await weigh(tx, shop, asked, keyring=keyring, now=now)
    for entry in quoted:
        if entry.id in refused:
            answers[entry.index] = refused[entry.id]
    return [entry for entry in quoted if entry.id not in refused], scores


async def _take(
    tx: Tx, quoted: Sequence[_Quoted], answers: list[Placed | Refusal | None], *, now: datetime
) -> list[tuple[_Quoted, Demand, Taken]]:
    """Those that got their stock, with what their orders, of which they are the holders, wanted.

    The others are answered.
    """
    demands = [(_demand(entry.id, entry), _claim_state(entry)) for entry in quoted]
    served = []
    taken = await take_stock(tx, demands, now=now)
    for entry, (demand, _), outcome in zip(quoted, demands, taken, strict=True):
        if isinstance(outcome, StockShort):
            answers[entry.index] = outcome
        else:
            served.append((entry, demand, outcome))
    return served


async def _write(
    tx: Tx,
    shop: Shop,
    served: Sequence[tuple[_Quoted, Demand, Taken]],
    buyers: Mapping[int, Resolved],
    scores: Mapping[UUID, Assessed],
    *,
    next_number: Callable[[], int],
    now: datetime,
) -> list[tuple[_Quoted, Placed]]:
    new: list[NewOrder] = []
    made: list[Decision] = []
    accepted: list[Taken] = []
    without_goods: list[UUID] = []
    for entry, demand, taken in served:
        buyer = buyers.get(entry.index)
        order = _order(demand.holder_id, entry, buyer, shop, next_number(), actor=tx.actor, now=now)
        lines = _lines(order, entry)
        new.append(NewOrder(order, lines))
        if taken.claims:
            made.append(sourced(demand, taken))
        if order.commercial == Commercial.ACCEPTED:
            accepted.append(taken)
            if not taken.claims:
                without_goods.append(order.id)
    async with tx.together():
        await open_orders(tx, new, now=now)
        made += await keep(tx, [scores[one.order.id] for one in new])
        await decisions.keep(tx, made, now=now)
    changed = await settle(tx, [one.order for one in new], scores, now=now)
    await plan_tasks(tx, [claim for taken in accepted for claim in taken.claims], now=now)
    await follow_goods(tx, without_goods, now=now)
    return [
        (entry, Placed(changed.get(one.order.id, one.order), one.lines))
        for (entry, _, _), one in zip(served, new, strict=True)
    ]


def _demand(order_id: UUID, entry: _Quoted) -> Demand:
    wants = []
    for number, (line, offer) in enumerate(zip(entry.placement.lines, entry.offers, strict=True), 1):
        if offer.parts:
            wants += [Want(number, part.sku_id, part.quantity * line.quantity) for part in offer.parts]
        elif offer.is_stocked:
            wants.append(Want(number, offer.sku_id, line.quantity))
    placement = entry.placement
    return Demand(
        order_id,
        wants,
        village_code=_village(placement),
        beyond_stock=POLICIES[placement.kind].beyond_stock,
        value_minor=entry.quote.total_minor,
        channel_id=entry.channel.id,
    )


def _waits_for_money(entry: _Quoted) -> bool:
    return entry.placement.terms is Terms.PREPAID and entry.quote.total_minor > 0


def _claim_state(entry: _Quoted) -> ClaimState:
    return ClaimState.RESERVED if _waits_for_money(entry) else ClaimState.ALLOCATED


def _order(
    order_id: UUID,
    entry: _Quoted,
    buyer: Resolved | None,
    shop: Shop,
    number: int,
    *,
    actor: str,
    now: datetime,
) -> Order:
    waits = _waits_for_money(entry)
    placement = entry.placement
    sums = entry.quote
    return Order(
        shop_id=shop.shop_id,
        id=order_id,
        number=number,
        channel_id=entry.channel.id,
        external_id=placement.external_id,
        cart_id=placement.cart_id,
        kind=placement.kind,
        terms=placement.terms,
        customer_id=buyer.customer_id if buyer else None,
        address_id=buyer.address_id if buyer else None,
        currency=shop.currency,
        commercial=Commercial.AWAITING_PAYMENT if waits else Commercial.ACCEPTED,
        money=standing({}, total_minor=sums.total_minor, terms=placement.terms).state,
        verification=Verification.NOT_NEEDED,
        headline=Headline.AWAITING_PAYMENT if waits else Headline.ACCEPTED,
        open_holds=0,
        goods_minor=sums.goods_minor,
        discount_minor=sums.discount_minor,
        shipping_minor=sums.shipping_minor,
        tax_minor=sums.tax_minor,
        rounding_minor=sums.rounding_minor,
        total_minor=sums.total_minor,
        paid_minor=0,
        refunded_minor=0,
        tax_included=sums.tax_included,
        shipping_service=placement.shipping_service,
        units=sum(line.quantity for line in placement.lines),
        version=1,
        note=placement.note,
        placed_by=actor,
        placed_at=now,
        hold_until=now + max(entry.channel.payment_hold, POLICIES[placement.kind].least_hold)
        if waits
        else None,
        accepted_at=None if waits else now,
        delivered_at=None,
        closed_at=None,
    )


def _lines(order: Order, entry: _Quoted) -> list[Line]:
    allocated = order.commercial == Commercial.ACCEPTED
    return [
        Line(
            order_id=order.id,
            line_no=sums.line_no,
            sku_id=offer.sku_id,
            sku_code=offer.code,
            title=offer.title,
            unit_price_minor=price,
            quantity=asked.quantity,
            goods_minor=sums.goods_minor,
            discount_minor=sums.discount_minor,
            tax_minor=sums.tax_minor,
            tax_class=offer.tax_class,
            tax_rate_bp=rate.rate_bp,
            tax_base_numerator=rate.base_numerator,
            tax_base_denominator=rate.base_denominator,
            discounts=[list(part) for part in sums.discounts] or None,
            allocated=asked.quantity if allocated else 0,
            may_substitute=asked.may_substitute,
        )
        for asked, offer, price, rate, sums in zip(
            entry.placement.lines, entry.offers, entry.prices, entry.rates, entry.quote.lines, strict=True
        )
    ]
