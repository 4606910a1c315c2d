"""What may be asked for of an order now, and which offers still stand for it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.flows.fitting_rails import least_of
from orderan.health import Word, watches
from orderan.incidents import banner_for
from orderan.kit.db import Tx
from orderan.orders import Commercial, Order, OrderNotFound, Terms, lock_orders
from orderan.payments import (
    Attempt,
    AttemptState,
    Method,
    NothingToPay,
    PartDoesNotFit,
    Rail,
    rails,
)
from orderan.promotions import Redemption, RedemptionState
from orderan.returns import waits_for_return


async def payable(tx: Tx, order_id: UUID) -> Order:
    """Lock an order that may be paid; a replacement may once the return it is for has paid its part.

    Raises:
        OrderNotFound, NothingToPay: There is no such order, or nothing is to be paid of it.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    if not is_payable(order) or await waits_for_return(tx, order_id):
        raise NothingToPay(str(order.number))
    return order


def is_payable(order: Order) -> bool:
    """Whether a buyer may be asked for money: something is due, and nobody collects it at the door; or a deposit is."""
    if order.wants_deposit:
        return order.deposit_due_minor > 0
    waits = order.commercial == Commercial.AWAITING_PAYMENT or (
        order.commercial == Commercial.ACCEPTED and order.terms != Terms.COD
    )
    return waits and order.due_minor > 0


def can_pay(order: Order, attempt: Attempt, use: Redemption | None, *, now: datetime) -> bool:
    """Whether what was offered can be paid: as much is due as when it was, and its promotion is kept for it."""
    stands = attempt.state == AttemptState.OFFERED and attempt.instrument is not None
    kept = use is None or use.state is RedemptionState.RESERVED
    return stands and kept and attempt.due_minor == order.due_minor and now < attempt.expires_at


async def sound_rails(tx: Tx, method: str, *, now: datetime) -> set[UUID]:
    """Rails of a method that are open, not known to be down, in no incident and not under maintenance."""
    carried = [rail.id for rail in await rails(tx) if rail.method == method and rail.state == "open"]
    if not carried:
        return set()
    watched = await watches(tx)
    down = {rail_id for rail_id in carried if rail_id in watched and watched[rail_id].word is Word.DOWN}
    told = await banner_for(tx, now=now, rails=carried)
    return set(carried) - down - {banner.rail_id for banner in told}


def part_of(order: Order, method: Method, part_minor: int | None, carried: Sequence[Rail]) -> int:
    """What is asked for now; a part leaves something that can be paid.

    Args:
        part_minor: None is all that is due. What is not the deposit of an order that is paid at the door is due there.
        carried: Every rail of the shop.

    Raises:
        PartDoesNotFit: Not so much, not this way.
    """
    if order.wants_deposit:
        if part_minor not in {None, order.deposit_due_minor}:
            raise PartDoesNotFit(part_minor or 0, order.deposit_due_minor, order.deposit_due_minor)
        return order.deposit_due_minor
    if part_minor is None:
        return order.due_minor
    most = min(method.most_minor, order.due_minor)
    fits = max(method.least_minor, 1) <= part_minor <= most
    if not fits or not leaves_payable(order, part_minor, carried):
        raise PartDoesNotFit(part_minor, method.least_minor, most)
    return part_minor


def leaves_payable(order: Order, part_minor: int, carried: Sequence[Rail]) -> bool:
    """Whether after a part nothing is left, or enough for some open rail to take."""
    rest = order.due_minor - part_minor
    return rest == 0 or rest >= least_asked(carried)


def least_asked(carried: Sequence[Rail]) -> int:
    """The least some open rail takes; where none is open whatever is left is paid by hand."""
    return min((least_of(rail) for rail in carried if rail.state == "open"), default=1)
