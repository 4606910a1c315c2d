"""Erasing a customer: only when nothing is on its way to them any more.

    here     the record and those merged into it are locked and emptied, the keys destroyed
    then     orders still under way are looked for; if there are any, nothing of it happened
    words    what they were told goes, and whatever was written freely about their orders: notes,
             reasons, tags, what they said when they were asked, what the inbox and the answers repeat
             of them, and who they were in files that were imported
    voices   what was recorded of their calls is deleted at its provider afterwards, see `delete_recordings`

Looking comes last, because an order placed meanwhile holds the customer's row from before it reads
it (`lock_by_phone`): either the erasure waits and finds the order, or the order waits and finds a
stranger. Words go unread: nobody can say what stands in them. Amounts, units, states and moments stay.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan import inventory, orders, payments, returns, shipping, trust, verification
from orderan.customers import erase
from orderan.flows.verify_order import VERIFYING, WHERE_THEY_LIVE
from orderan.importing import forget_customers
from orderan.kit import audit, decisions, events, inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import to_text
from orderan.kit.runner import forget_answers
from orderan.kit.text import GONE
from orderan.notifications import forget_people
from orderan.orders import order_ids_of_customers, under_way_of_customers


@dataclass(eq=False)
class OrdersUnderWay(Refusal):
    """Goods or money are still on their way, and need a name and an address."""

    orders: tuple[str, ...]

    code = "orders_under_way"
    kind = Kind.CONFLICT
    sentence = N_("Masih ada pesanan yang berjalan: {orders}. Selesaikan atau batalkan dulu.")


async def erase_customer(tx: Tx, customer_id: UUID, *, reason: str, now: datetime) -> None:
    """Erase a customer for good.

    Raises:
        OrdersUnderWay: Names the orders.
        UnknownCustomer, CustomerNotActive, ReasonMissing: As `customers.erase` has them.
    """
    gone = await erase(tx, customer_id, reason=reason, now=now)
    if numbers := await under_way_of_customers(tx, gone.people):
        raise OrdersUnderWay(tuple(map(str, numbers)))
    await forget_people(tx, gone.people, now=now)
    await _forget_words(tx, gone.people, now=now)
    await forget_customers(tx, gone.references)


async def _forget_words(tx: Tx, people: Collection[UUID], *, now: datetime) -> None:
    placed = await order_ids_of_customers(tx, people)
    if not placed:
        return
    if paying := await payments.payouts_under_way(tx, placed):
        loaded = await orders.load_orders(tx, paying)
        raise OrdersUnderWay(tuple(sorted(str(order.number) for order, _ in loaded.values())))
    await trust.forget_keys(tx, placed)
    await payments.forget_accounts(tx, placed)
    await payments.forget_evidence(tx, placed, GONE)
    await orders.forget_words(tx, placed)
    await verification.want_deletions(tx, placed, now=now)
    await verification.forget_words(tx, placed, GONE)
    await decisions.forget_input(tx, placed, VERIFYING, WHERE_THEY_LIVE)
    refunds = await payments.forget_words(tx, placed, GONE)
    came_back = await returns.forget_words(tx, placed, GONE)
    await returns.forget_dispute_words(tx, placed, GONE)
    await returns.forget_photos(tx, placed)
    await shipping.forget_claim_words(tx, placed, GONE)
    await inventory.forget_words(tx, [*placed, *came_back])
    await events.forget_words(tx, [*refunds, *came_back], {})
    entries = [to_text("exc", entry) for entry in await inbox.forget_words(tx, placed)]
    await audit.forget_words(tx, entries)
    told = [to_text("ord", order) for order in placed]
    told += [to_text("rfd", refund) for refund in refunds] + [to_text("ret", found) for found in came_back]
    await forget_answers(tx, [*told, *entries], since=min(placed.values()))
