"""A deposit in place of the buyer's word, asked for by the messages a shop sends.

    want    nobody answered in any way, or the order's score wants it from the first: the order keeps its stock, and a
            part of its total may be paid until a deadline, which is counted from when they are told: at their next hour,
            and anew where that was late
    paid    as good as a yes: work begins, and the courier collects the rest
    unpaid  the order is cancelled and its stock is free; money that is under way is waited for
    unheard no message could be sent, or nothing of the shop's takes so much: nobody was asked, so a person decides

A word that comes meanwhile, by whatever way, counts as ever, and no deposit is asked for any more; but where the score
wants the deposit a yes costs nothing to say, so only a person of the shop lets such an order go without it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from orderan.flows.fitting_rails import carries
from orderan.flows.waits_for_person import settle_waits
from orderan.kit.db import Tx
from orderan.orders import (
    Order,
    VerificationEvent,
    drop_deposit,
    keep_deposit_until,
    move_verification,
    orders_by_id,
    want_deposit,
)
from orderan.payments import IN_THE_AIR, attempts_of, rails
from orderan.verification import (
    Case,
    Next,
    Policy,
    close_case,
    deposit_of,
    deposit_until,
    go_on,
    may_ring_at,
    was_asked,
)

PAID: Final = "deposit"
"""Why an order is let go without a word of its buyer; the audit knows it by this."""
DEMANDED: Final = "trust_deposit"
"""Why a deposit is wanted of an order whose buyer nobody asked."""
UNDER_WAY: Final = timedelta(minutes=10)
"""So long money that is under way is waited for before it is looked at again."""


async def begin_deposit(
    tx: Tx, order: Order, case: Case, policy: Policy, *, zone: str, now: datetime
) -> bool:
    """Ask for a deposit of a locked order that waits for its buyer's word no more; False where nothing of the shop's
    takes so much.

    Args:
        zone: Where the buyer lives: at night nobody is told, and no time runs.
    """
    amount = deposit_of(policy, order.total_minor)
    if not await payable_deposits(tx, [amount]):
        await drop_deposit(tx, order)
        return False
    told = may_ring_at(policy, now, zone)
    given_up = (await orders_by_id(tx, [order.id]))[order.id]
    until = deposit_until(policy, told)
    await want_deposit(tx, given_up, amount, until=until, now=now)
    await go_on(tx, case, Next(len(policy.steps), 0, told), deadline=until, now=now)
    return True


async def count_from_now(tx: Tx, order: Order, case: Case, policy: Policy, *, now: datetime) -> Case:
    """Give whoever is told late of a deposit the whole time for it; any other case stays as it is.

    Args:
        case: Locked, with a try due now.
    """
    until = deposit_until(policy, now)
    if not order.wants_deposit or until <= case.deadline or await was_told(tx, case, policy):
        return case
    await keep_deposit_until(tx, order, until)
    return await go_on(tx, case, Next(case.step, case.tries, now), deadline=until, now=now)


async def deposit_paid(tx: Tx, order: Order, *, now: datetime) -> None:
    """The deposit of a locked order that waits for it is there: it is let go."""
    await move_verification(tx, [order], VerificationEvent.CONFIRM, reason=PAID, now=now)
    await close_case(tx, order.id, now=now)
    await settle_waits(tx, [order.id], note="deposit paid", now=now)


async def money_under_way(tx: Tx, order: Order) -> bool:
    """Whether somebody is paying an order just now, as far as nobody knows how it ends."""
    return any(one.state in IN_THE_AIR for one in await attempts_of(tx, order.id))


async def was_told(tx: Tx, case: Case, policy: Policy) -> bool:
    """Whether the buyer was asked for the deposit that is waited for."""
    return await was_asked(tx, case.order_id, since=case.deadline - timedelta(hours=policy.deposit_hours))


async def payable_deposits(tx: Tx, amounts: Collection[int]) -> set[int]:
    """Those of these amounts that an open rail of the shop takes."""
    carried = [rail for rail in await rails(tx) if rail.state == "open"]
    return {amount for amount in amounts if amount > 0 and any(carries(rail, amount) for rail in carried)}
