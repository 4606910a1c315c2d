"""A person, or another system, says that money came in.

While a try to pay an order is in the air, that money may be the try's own: it would be booked again once its
gateway says so. It is refused then, unless whoever says it knows that it came besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orderan.flows.settle_payment import settle_payments
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.orders import lock_orders
from orderan.payments import (
    VOUCHER_METHOD,
    MoneyEvent,
    MoneyKind,
    NotByHand,
    PaymentUndecided,
    Standing,
    orders_in_the_air,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says happened.

    Attributes:
        besides: It is none of what a gateway is still asked about.
    """

    event: MoneyEvent
    besides: bool = False


TAKEN_IN = frozenset({MoneyKind.CAPTURED, MoneyKind.COD_COLLECTED})


async def confirm_payment(tx: Tx, event: MoneyEvent, *, besides: bool = False, now: datetime) -> Standing:
    """Book one event somebody told; returns where the order's money stands now.

    Raises:
        PaymentUndecided: A try of the order is in the air, and it was not said that this came besides.
        NotByHand: A voucher is said to have paid.
        OrderNotFound, ReferenceUsed, AmountNotPositive, CurrencyDiffers, MoreThanThereIs: As `settle_payment`.
    """
    [answer] = await confirm_payments(tx, [Said(event, besides)], now=now)
    if isinstance(answer, Refusal):
        raise answer
    return answer


async def confirm_payments(tx: Tx, told: Sequence[Said], *, now: datetime) -> list[Standing | Refusal]:
    """Book many, each as if it came alone; an answer per event, in order."""
    orders = await lock_orders(tx, {one.event.order_id for one in told})
    waiting = await orders_in_the_air(tx, orders)
    undecided = [
        not one.besides and one.event.kind in TAKEN_IN and one.event.order_id in waiting for one in told
    ]
    refusals: list[Refusal | None] = [
        NotByHand()
        if one.event.method == VOUCHER_METHOD
        else PaymentUndecided(str(orders[one.event.order_id].number))
        if unsure
        else None
        for one, unsure in zip(told, undecided, strict=True)
    ]
    fresh = [one.event for one, refused in zip(told, refusals, strict=True) if refused is None]
    booked = iter(await settle_payments(tx, fresh, now=now))
    return [next(booked) if refused is None else refused for refused in refusals]
