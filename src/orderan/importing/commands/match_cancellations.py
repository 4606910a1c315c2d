"""Third step: each cancellation finds the sales it takes back and becomes a return, or waits.

By customer, because a cancellation meets only sales of its own customer: whatever one cancelling
invoice takes from one order is seen together and becomes one return.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from orderan.importing.cases import cases
from orderan.importing.desk import Desk
from orderan.importing.events import ReturnImported
from orderan.importing.matching import Cancelling, Sold, match
from orderan.importing.models import Outcome, Reason
from orderan.importing.settling import unmatched_reason
from orderan.importing.store import lines as line_store
from orderan.importing.store import orders as order_store
from orderan.importing.store import returns as store
from orderan.importing.store import runs
from orderan.importing.store.lines import Fate
from orderan.importing.store.orders import Moved
from orderan.importing.store.returns import HistoricReturn, Pending, SaleLine, Taking
from orderan.importing.store.runs import Run
from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.kit.ids import new_id
from orderan.kit.inbox import report
from orderan.orders import Commercial, Tally, headline
from orderan.payments import MoneyKind, standing

CUSTOMERS_AT_ONCE = 250

Key = tuple[UUID, str, Decimal, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What came of some cancellations.

    Attributes:
        taken: By cancellation number, the parts it took with the sale each came from.
        refused: By cancellation number, why it waits.
    """

    taken: Mapping[int, Sequence[tuple[SaleLine, Taking]]]
    refused: Mapping[int, Reason]


async def match_next(tx: Tx, desk: Desk, run: Run, *, now: datetime) -> tuple[Run, int]:
    """Match the cancellations of the next customers; returns the run and how many lines were settled.

    Raises:
        RunTaken: The run is not where `run` says.
    """
    await runs.lock_channel(tx, run.channel_id)
    batch = await store.next_pending(tx, run, customers=CUSTOMERS_AT_ONCE)
    if not batch:
        return run, 0
    found = await find_sales(tx, desk, run, batch)
    made = {"returns": await write_returns(tx, desk, run, batch, found, now=now)}
    fates = [
        Fate(line.number, Outcome.WAITING, found.refused[line.number])
        if line.number in found.refused
        else returned_fate(line, found)
        for line in batch
    ]
    await line_store.insert_fates(tx, run, fates)
    made["inbox_entries"] = await _report_refused(tx, desk, run, batch, found, now=now)
    moved = await runs.move_on(tx, run, last_customer=batch[-1].customer, made=made)
    return moved, len(batch)


def returned_fate(line: Pending, found: Found) -> Fate:
    """The fate of a matched cancellation; it points at the first sale it took from."""
    _, first = found.taken[line.number][0]
    return Fate(line.number, Outcome.RETURNED, None, False, first.order_id, first.line_no)


async def find_sales(tx: Tx, desk: Desk, run: Run, batch: Sequence[Pending]) -> Found:
    """Match cancellations against what is left of imported sales, whose orders are locked first."""
    references = {line.customer: desk.reference(line.customer) for line in batch}
    customers = await store.customers_by_reference(tx, set(references.values()))
    await store.lock_orders_of(tx, run, set(customers.values()))
    cancelling: defaultdict[Key, list[Pending]] = defaultdict(list)
    refused: dict[int, Reason] = {}
    for line in batch:
        customer = customers.get(references[line.customer])
        if customer is None:
            refused[line.number] = _told(line, Reason.NOTHING_SOLD_TO_CANCEL, desk)
        else:
            cancelling[customer, line.sku, line.price, line.currency].append(line)
    sales = await store.sale_lines(tx, run, {key[:2] for key in cancelling}) if cancelling else []
    sold: defaultdict[Key, list[SaleLine]] = defaultdict(list)
    for sale in sales:
        sold[sale.customer_id, sale.sku, sale.price, sale.currency].append(sale)
    taken: defaultdict[int, list[tuple[SaleLine, Taking]]] = defaultdict(list)
    for key, wanted in cancelling.items():
        # Numbered by age, so that sales of one instant are taken in the order of the file.
        there = sorted(sold[key], key=lambda sale: (sale.at, sale.number, sale.order_id))
        matching = match(
            [Sold(place, sale.at, sale.units, sale.minor) for place, sale in enumerate(there)],
            [Cancelling(line.number, line.at, line.units, line.price, line.currency) for line in wanted],
        )
        for part in matching.taken:
            sale = there[part.sale]
            taking = Taking(sale.order_id, sale.line_no, part.cancellation, part.units, part.minor)
            taken[part.cancellation].append((sale, taking))
        lines = {line.number: line for line in wanted}
        for number, reason in matching.unmatched:
            refused[number] = _told(lines[number], reason, desk)
    return Found(taken, refused)


def _told(line: Pending, reason: Reason, desk: Desk) -> Reason:
    return unmatched_reason(line.sku, reason, desk.mapping) or reason


async def write_returns(
    tx: Tx, desk: Desk, run: Run, batch: Sequence[Pending], found: Found, *, now: datetime
) -> int:
    """Returns, refunds, movements and order words for what was taken; returns how many returns."""
    grouped: dict[tuple[UUID, str], list[tuple[Pending, SaleLine, Taking]]] = {}
    for line in batch:
        for sale, taking in found.taken.get(line.number, ()):
            grouped.setdefault((taking.order_id, line.invoice), []).append((line, sale, taking))
    if not grouped:
        return 0
    parts = [part for group in grouped.values() for part in group]
    orders = {order_id for order_id, _ in grouped}
    await store.insert_takings(tx, run, [taking for _, _, taking in parts])
    returns = _returns(grouped, await store.last_return_numbers(tx, orders))
    await store.insert_returns(tx, run, returns)
    await order_store.insert_movements(
        tx, list(_moved_back(parts)), source=desk.customer, target=desk.supplier
    )
    await _update_words(tx, orders, returns)
    facts = [
        Fact(back.order_id, ReturnImported(back.id, back.invoice, back.minor, back.at)) for back in returns
    ]
    await record_all(tx, facts, now=now)
    return len(returns)


def _returns(
    grouped: Mapping[tuple[UUID, str], Sequence[tuple[Pending, SaleLine, Taking]]], last: Mapping[UUID, int]
) -> list[HistoricReturn]:
    numbers = dict(last)
    made = []
    for (order_id, invoice), parts in sorted(
        grouped.items(), key=lambda item: (min(line.at for line, _, _ in item[1]), item[0])
    ):
        numbers[order_id] = numbers.get(order_id, 0) + 1
        units: defaultdict[int, int] = defaultdict(int)
        for _, _, taking in parts:
            units[taking.line_no] += taking.units
        minor = sum(taking.minor for _, _, taking in parts)
        at = min(line.at for line, _, _ in parts)
        made.append(
            HistoricReturn(
                id=new_id(at),
                order_id=order_id,
                number=numbers[order_id],
                invoice=invoice,
                refund_id=new_id(at) if minor else None,
                minor=minor,
                currency=parts[0][1].currency,
                order_invoice=parts[0][1].invoice,
                at=at,
                lines=tuple(sorted(units.items())),
            )
        )
    return made


def _moved_back(parts: Iterable[tuple[Pending, SaleLine, Taking]]) -> Iterable[Moved]:
    return (
        Moved(str(sale.sku_id), taking.units, str(taking.order_id), line.at)
        for line, sale, taking in parts
        if sale.is_stocked
    )


async def _update_words(tx: Tx, orders: Iterable[UUID], returns: Iterable[HistoricReturn]) -> None:
    back: defaultdict[UUID, int] = defaultdict(int)
    for made in returns:
        back[made.order_id] += made.minor
    words = []
    for order in await store.standings(tx, list(orders)):
        refunded = order.refunded_minor + back[order.order_id]
        money = standing(
            {MoneyKind.CAPTURED: order.paid_minor, MoneyKind.REFUNDED: refunded},
            total_minor=order.total_minor,
            terms="prepaid",
        )
        units = Tally(order.ordered, 0, order.shipped, order.shipped, order.returned)
        word = headline(Commercial.COMPLETED, units, ())
        words.append((order.order_id, refunded, str(money.state), str(word)))
    await store.update_orders(tx, words)


async def _report_refused(
    tx: Tx, desk: Desk, run: Run, batch: Sequence[Pending], found: Found, *, now: datetime
) -> int:
    refused = [line for line in batch if line.number in found.refused]
    if not refused:
        return 0
    placed = await line_store.lines_by_number(
        tx, run, {line.invoice for line in refused}, [line.number for line in refused]
    )
    entries = cases(
        [(invoice, line, found.refused[line.number]) for invoice, line in placed],
        run_id=run.id,
        channel=desk.channel.code,
        currency=desk.shop.currency,
    )
    return await report(tx, entries, now=now)
