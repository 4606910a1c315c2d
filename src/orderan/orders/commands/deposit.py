"""A deposit: with so much of the money an order is accepted, and the rest is asked for afterwards."""

from datetime import datetime

from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.orders import store
from orderan.orders.errors import DepositUnusable
from orderan.orders.events import DepositAgreed
from orderan.orders.models import Order, Terms
from orderan.orders.states import Commercial, Verification


async def agree_deposit(tx: Tx, order: Order, amount_minor: int, *, now: datetime) -> None:
    """Agree that a locked order is accepted once so much of it is paid; another agreement replaces it.

    Args:
        amount_minor: Above zero and below the order's total.

    Raises:
        DepositUnusable: Of such an order, or of so much, there is no deposit; nothing changed.
    """
    waits = order.commercial == Commercial.AWAITING_PAYMENT and order.terms == Terms.PREPAID
    if not waits or not 0 < amount_minor < order.total_minor:
        raise DepositUnusable(amount_minor, order.total_minor, order.commercial)
    if amount_minor == order.deposit_minor:
        return
    await store.set_deposit(tx, order.id, amount_minor, until=order.hold_until)
    await record(tx, order.id, DepositAgreed(order.number, amount_minor, order.currency), now=now)


async def want_deposit(tx: Tx, order: Order, amount_minor: int, *, until: datetime, now: datetime) -> None:
    """Ask for a deposit in place of the word of a locked COD order's buyer, who could not be reached.

    Args:
        amount_minor: Above zero and below the order's total; the rest is paid at the door.

    Raises:
        DepositUnusable: Of such an order, or of so much, there is no deposit; nothing changed.
    """
    asked_in_vain = (
        order.terms == Terms.COD
        and order.commercial == Commercial.ACCEPTED
        and order.verification == Verification.UNREACHABLE
    )
    if not asked_in_vain or not 0 < amount_minor < order.total_minor:
        raise DepositUnusable(amount_minor, order.total_minor, order.commercial)
    await store.set_deposit(tx, order.id, amount_minor, until=until)
    await record(tx, order.id, DepositAgreed(order.number, amount_minor, order.currency), now=now)


async def keep_deposit_until(tx: Tx, order: Order, until: datetime) -> None:
    """Let the deposit a locked order waits for be paid until then."""
    await store.set_deposit(tx, order.id, order.deposit_minor, until=until)


async def drop_deposit(tx: Tx, order: Order) -> None:
    """Ask for no deposit of a locked COD order any more; nothing happens where none was, or it was paid."""
    if (
        order.terms == Terms.COD
        and order.deposit_minor is not None
        and order.paid_minor < order.deposit_minor
    ):
        await store.set_deposit(tx, order.id, None, until=None)
