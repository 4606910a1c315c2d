"""Changing an order: previewed, then confirmed; the version before is kept for ever.

open       at most one change set per order; a second editor is told who has it
preview    a pure fold: new lines, new totals, what is to be paid or given back, what is short
confirm    stock is given back and taken, the order becomes what was previewed, the difference
           is collected or proposed as a refund, the buyer of a COD order that costs more or goes
           elsewhere is asked again; a change begun on an older version is refused
decline    nothing happened
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from orderan.catalog import Offer, UnknownSkus, offers
from orderan.flows.article_prices import articles_for
from orderan.flows.cancel_order import let_go
from orderan.flows.forgo import forgo_rest
from orderan.flows.order_fees import fees_of
from orderan.flows.return_promotion import follow_cut
from orderan.flows.settle_payment import follow_totals
from orderan.flows.verify_change import verify_change
from orderan.fulfilment import follow_goods, plan_tasks
from orderan.inventory import (
    ClaimState,
    Demand,
    Shortfall,
    StockShort,
    Want,
    sellable_units,
    sourced,
    take_stock,
)
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.orders import (
    Action,
    AddLine,
    AddressNotTheirs,
    Becomes,
    Change,
    ChangeContext,
    Commercial,
    Line,
    NothingChanged,
    Order,
    OrderNotFound,
    SetAddress,
    confirm_change,
    destinations,
    fold,
    least_advanced,
    lines_of,
    load_orders,
    lock_orders,
    may_exceed_stock,
    refresh_headline,
    require_current,
)
from orderan.orders import decline_change as decline
from orderan.orders import edit_change as edit
from orderan.orders import open_change as begin
from orderan.pricing import QuotedLine, TotalChanged


@dataclass(frozen=True, slots=True)
class Preview:
    """What an order becomes, and what stock lacks for it.

    Attributes:
        lines: As they stand now, in line order.
    """

    order: Order
    lines: Sequence[Line]
    becomes: Becomes
    shortfalls: tuple[Shortfall, ...]


async def open_change(
    tx: Tx, order_id: UUID, actions: Sequence[Action], *, reason: str, now: datetime
) -> Change:
    """Begin to change an order.

    Raises:
        OrderNotFound: No such order in this shop.
        OrderNotEditable: It is closed.
        ChangeOpen: Somebody else's change stands open.
        What `fold` raises: the actions cannot be done.
    """
    order = await _locked(tx, order_id)
    change = await begin(tx, order, actions, reason=reason, now=now)
    await preview_actions(tx, order_id, actions, now=now)
    return change


async def edit_change(
    tx: Tx, order_id: UUID, change_id: UUID, actions: Sequence[Action], *, reason: str, now: datetime
) -> Preview:
    """Replace what an open change does, and preview it.

    Raises:
        OrderNotFound, ChangeNotOpen, ChangeOutdated, or what `fold` raises; nothing was changed.
    """
    order = await _locked(tx, order_id)
    await require_current(tx, order, change_id)
    preview = await preview_actions(tx, order_id, actions, now=now)
    await edit(tx, order_id, change_id, actions, reason=reason)
    return preview


async def preview_actions(tx: Tx, order_id: UUID, actions: Sequence[Action], *, now: datetime) -> Preview:
    """What the order would become; nothing is locked and nothing changes.

    Raises:
        OrderNotFound, or what `fold` raises.
    """
    found = (await load_orders(tx, [order_id])).get(order_id)
    if found is None:
        raise OrderNotFound(str(order_id))
    order, lines = found
    world = await _look_up(tx, order, lines, actions, now=now)
    becomes = fold(order, lines, actions, world.context)
    wants = _wants(becomes, world.offers)
    wanted: dict[UUID, int] = {}
    for want in wants:
        wanted[want.sku_id] = wanted.get(want.sku_id, 0) + want.quantity
    free = await sellable_units(tx, wanted, now=now)
    short = tuple(Shortfall(sku, units, free[sku]) for sku, units in wanted.items() if free[sku] < units)
    return Preview(order, lines, becomes, short)


async def confirm(
    tx: Tx, order_id: UUID, change_id: UUID, *, expected_total_minor: int | None = None, now: datetime
) -> Preview:
    """Do what an open change says.

    Args:
        expected_total_minor: What was previewed; another total is refused.

    Raises:
        OrderNotFound: No such order in this shop.
        ChangeNotOpen, ChangeOutdated: The change cannot be done any more.
        NothingChanged: It does nothing.
        TotalChanged: Prices moved since the preview.
        StockShort: There is not enough for what is added; nothing was changed.
        What `fold` raises.
    """
    order = await _locked(tx, order_id)
    change = await require_current(tx, order, change_id)
    lines = await lines_of(tx, order_id)
    world = await _look_up(tx, order, lines, change.actions, now=now)
    becomes = fold(order, lines, change.actions, world.context)
    _require_something(order, lines, becomes)
    if expected_total_minor not in (None, becomes.sums.total_minor):
        raise _total_changed(expected_total_minor or 0, order, becomes)
    by_number = {line.line_no: line for line in lines}
    cuts = [least_advanced(by_number[number], units) for number, units in becomes.fewer.items()]
    await confirm_change(tx, order, lines, change, becomes, cuts, now=now)
    if cuts:
        await let_go(tx, order, lines, cuts, now=now)
    await _take(tx, order, becomes, world, now=now)
    after = replace(
        order,
        total_minor=becomes.sums.total_minor,
        version=order.version + 1,
        address_id=becomes.address_id,
        shipping_service=becomes.shipping_service,
    )
    await verify_change(tx, order, after, now=now)
    await follow_cut(tx, order, after.total_minor, now=now)
    await follow_totals(tx, [after], now=now)
    await forgo_rest(tx, after, now=now)
    return Preview(after, await lines_of(tx, order_id), becomes, ())


async def decline_change(tx: Tx, order_id: UUID, change_id: UUID, *, now: datetime) -> None:
    """Close a change without doing it.

    Raises:
        OrderNotFound: No such order in this shop.
        ChangeNotOpen: It was confirmed or declined before.
    """
    await _locked(tx, order_id)
    await decline(tx, order_id, change_id, now=now)


async def _locked(tx: Tx, order_id: UUID) -> Order:
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    return order


@dataclass(frozen=True, slots=True)
class _World:
    context: ChangeContext
    offers: Mapping[str, Offer]
    villages: Mapping[UUID, str | None]


async def _look_up(
    tx: Tx, order: Order, lines: Sequence[Line], actions: Sequence[Action], *, now: datetime
) -> _World:
    codes = {line.sku_code for line in lines} | {one.sku for one in actions if isinstance(one, AddLine)}
    known = await offers(tx, codes, now=now)
    wanted = {one.address_id for one in actions if isinstance(one, SetAddress)}
    villages = await destinations(
        tx, wanted | ({order.address_id} if order.address_id else set()), order.customer_id
    )
    if missing := wanted - villages.keys():
        raise AddressNotTheirs(min(missing))
    context = ChangeContext(
        article=await articles_for(tx, order, known),
        fee=await fees_of(tx, order, villages),
        weight_g={offer.sku_id: offer.weight_g for offer in known.values()},
    )
    return _World(context, known, villages)


def _wants(becomes: Becomes, known: Mapping[str, Offer]) -> list[Want]:
    wants = []
    by_number = {line.line_no: line for line in becomes.lines}
    for number, units in becomes.more.items():
        offer = known.get(by_number[number].sku_code)
        if offer is None:
            raise UnknownSkus((by_number[number].sku_code,))
        if offer.parts:
            wants += [Want(number, part.sku_id, part.quantity * units) for part in offer.parts]
        elif offer.is_stocked:
            wants.append(Want(number, offer.sku_id, units))
    return wants


async def _take(tx: Tx, order: Order, becomes: Becomes, world: _World, *, now: datetime) -> None:
    accepted = order.commercial == Commercial.ACCEPTED
    if wants := _wants(becomes, world.offers):
        village = world.villages.get(becomes.address_id) if becomes.address_id else None
        state = ClaimState.ALLOCATED if accepted else ClaimState.RESERVED
        demand = Demand(
            order.id,
            wants,
            village_code=village,
            beyond_stock=may_exceed_stock(order.kind),
            value_minor=order.total_minor,
            channel_id=order.channel_id,
        )
        [taken] = await take_stock(tx, [(demand, state)], now=now)
        if isinstance(taken, StockShort):
            raise taken
        await decisions.keep(tx, [sourced(demand, taken)], now=now)
        if accepted:
            await plan_tasks(tx, taken.claims, now=now)
    if accepted:
        await follow_goods(tx, [order.id], now=now)
    await refresh_headline(tx, [order.id])


def _require_something(order: Order, lines: Sequence[Line], becomes: Becomes) -> None:
    same = (
        not becomes.fewer
        and not becomes.more
        and list(becomes.lines) == list(lines)
        and becomes.address_id == order.address_id
        and becomes.shipping_service == order.shipping_service
    )
    if same:
        raise NothingChanged


def _total_changed(expected_minor: int, order: Order, becomes: Becomes) -> TotalChanged:
    sums = becomes.sums
    return TotalChanged(
        expected_minor=expected_minor,
        total_minor=sums.total_minor,
        goods_minor=sums.goods_minor,
        discount_minor=sums.discount_minor,
        shipping_minor=sums.shipping_minor,
        tax_minor=sums.tax_minor,
        rounding_minor=order.rounding_minor,
        tax_included=order.tax_included,
        lines=tuple(
            QuotedLine(line.line_no, line.goods_minor, line.discount_minor, line.tax_minor, ())
            for line in becomes.lines
        ),
    )
