"""Payment promotions of money that goes back: in proportion, to payers and budget.

give back  money paid back to the buyer gives back the promotion it was paid with
withdraw   a part of what was promoted is gone, by a chargeback or a cut: that part of the promotion too
"""

from collections.abc import Collection
from datetime import datetime

from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.kit.money import round_half_up
from orderan.orders import Commercial, Order
from orderan.payments import MoneyEvent, MoneyKind, append_money, cover_back
from orderan.promotions import PromotionKind, Redemption, lock_confirmed, reverse_use


async def give_back_in_proportion(
    tx: Tx,
    order: Order,
    amount_minor: int,
    sums: dict[MoneyKind, int],
    *,
    lines: Collection[int] = (),
    reference: str,
    now: datetime,
) -> list[MoneyEvent]:
    """Money is paid back to the buyer of a locked order: the promotions it was paid with go back in proportion.

    Args:
        sums: Of the order's ledger, before the money is paid back.
        lines: What it is paid back for; empty is the whole order.
        reference: Of the refund, which is booked once.

    Returns:
        What is to be booked together with the refund.
    """
    uses = await lock_confirmed(tx, order.id)
    if not uses:
        return []
    is_over = order.commercial in (Commercial.CANCELLED, Commercial.EXPIRED)
    over = 0 if is_over else order.owed_back_minor
    covered = cover_back(amount_minor, sums, over_minor=over)
    events = []
    for use in uses:
        if use.kind is PromotionKind.DISCOUNT:
            back = min(covered, use.left_minor)
            covered -= back
        else:
            wanted = _part_back(use, amount_minor - over, sums)
            back = min(wanted, use.free_minor)
            if wanted > back:
                await inbox.report(tx, [beyond(use)], now=now)
        if back <= 0:
            continue
        await reverse_use(tx, use, back, lines=lines, now=now)
        if use.kind is PromotionKind.DISCOUNT:
            name = f"{reference}:{use.id}"
            events.append(
                MoneyEvent(order.id, MoneyKind.PROMOTION_RETURNED, use.method, back, use.currency, name)
            )
    return events


def beyond(use: Redemption) -> Stuck:
    """A buyer keeps a cashback for money they got back; nothing takes it from them by itself."""
    return Stuck(
        kind="cashback_beyond",
        reason=str(use.kind),
        subject_kind="order",
        subject_id=use.order_id,
        dedupe_key=f"cashback_beyond:{use.id}",
        payload={"promotion": to_text("prm", use.promotion_id), "use": to_text("rdm", use.id)},
        money_minor=use.paid_out_minor,
        currency=use.currency,
        deadline=None,
        next_step=N_("Cashback sudah dibayarkan, padahal uang pembeli kembali: tagih kembali atau relakan."),
    )


def _part_back(use: Redemption, amount_minor: int, sums: dict[MoneyKind, int]) -> int:
    """What of a cashback or an interest goes back with so much of the money that is left."""
    return cover_back(
        amount_minor,
        {
            **{kind: sums.get(kind, 0) for kind in MoneyKind},
            MoneyKind.PROMOTION_GRANTED: use.left_minor,
            MoneyKind.PROMOTION_RETURNED: 0,
            MoneyKind.PROMOTION_WITHDRAWN: 0,
        },
    )


async def withdraw_in_proportion(
    tx: Tx, order: Order, part_minor: int, whole_minor: int, *, now: datetime
) -> list[MoneyEvent]:
    """A part of what a locked order's promotions were granted for is gone: that part of them goes back.

    Args:
        part_minor, whole_minor: What is gone, of how much.

    Returns:
        What takes the cover back, to be booked.
    """
    events = []
    for use in await lock_confirmed(tx, order.id):
        back = min(round_half_up(use.left_minor * min(part_minor, whole_minor), whole_minor), use.free_minor)
        if back <= 0:
            continue
        await reverse_use(tx, use, back, now=now)
        if use.kind is PromotionKind.DISCOUNT:
            name = f"{to_text('rdm', use.id)}:{use.reversed_minor + back}"
            kind = MoneyKind.PROMOTION_WITHDRAWN
            events.append(MoneyEvent(order.id, kind, use.method, back, use.currency, name))
    return events


async def follow_cut(tx: Tx, order: Order, total_minor: int, *, now: datetime) -> None:
    """A locked order costs less now: its promotions go back in proportion, before its money is looked at anew.

    Args:
        order: As it was before.
    """
    if total_minor < order.total_minor:
        gone = order.total_minor - total_minor
        events = await withdraw_in_proportion(tx, order, gone, order.total_minor, now=now)
        if events:
            await append_money(tx, events, now=now)
