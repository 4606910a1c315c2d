"""What a courier lost or damaged is claimed from it.

    gone        a claim is opened with the parcel, once, worth what its buyer pays for the goods in it; what the courier
                said of it is its first evidence
    came back   what is graded as broken of a parcel its courier brought back is claimed the same way
    by hand     of what came out later: a buyer found it broken
    evidence    somebody writes down what else speaks for it; without any it is not filed
    deadline    as many days as that courier takes claims; the inbox says so before it is over
    decided     the courier agrees to an amount and pays it, or refuses; then it is filed again or dropped

What a courier pays is the shop's own. The order's money is settled with its buyer, whatever becomes of the claim.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.orders import Line, load_orders, lock_orders
from orderan.shipping import (
    CLAIM_KINDS,
    CLAIM_PREFIX,
    OWN_FLEET,
    USUAL_CLAIM_DAYS,
    ClaimEvent,
    ClaimKindUnknown,
    ClaimState,
    ClaimThereAlready,
    Parcel,
    ParcelClaim,
    ParcelNotClaimable,
    ParcelNotFound,
    ParcelState,
    claim_days,
    claim_of_parcel,
    claim_with_id,
    move_claim,
    open_claims,
    parcels_of,
    parcels_with,
)


async def claim_gone(tx: Tx, parcels: Sequence[Parcel], kind: str, told: str, *, now: datetime) -> int:
    """Open a claim for each of these parcels that a courier carries; returns how many are new.

    The caller has locked their orders.

    Args:
        kind: `lost` or `damaged`.
        told: What was said of them; empty is nothing.
    """
    loaded = await load_orders(tx, {parcel.order_id for parcel in parcels})
    worth = {parcel.id: goods_worth(parcel, loaded[parcel.order_id][1]) for parcel in parcels}
    return await _claim(tx, parcels, worth, kind, told, now=now)


async def claim_broken(
    tx: Tx, order_id: UUID, parcel_id: UUID, units: Mapping[int, int], told: str, *, now: datetime
) -> int:
    """Open a claim for what came back broken in a parcel of a locked order; returns how many are new.

    Args:
        units: Per line, those that are broken.
        told: How they looked; empty is nothing.
    """
    [(_, lines)] = (await load_orders(tx, [order_id])).values()
    minor = sum(_worth(line, units.get(line.line_no, 0)) for line in lines)
    parcels = [one for one in await parcels_of(tx, order_id) if one.id == parcel_id]
    return await _claim(tx, parcels, {parcel_id: minor}, "damaged", told, now=now)


async def _claim(
    tx: Tx, parcels: Sequence[Parcel], worth: Mapping[UUID, int], kind: str, told: str, *, now: datetime
) -> int:
    carried = [parcel for parcel in parcels if parcel.courier != OWN_FLEET]
    if not carried:
        return 0
    days = await claim_days(tx)
    claims = [
        ParcelClaim(
            id=new_id(),
            order_id=parcel.order_id,
            parcel_id=parcel.id,
            courier=parcel.courier,
            kind=kind,
            state=str(ClaimState.OPEN),
            amount_minor=worth[parcel.id],
            accepted_minor=None,
            paid_minor=None,
            reference=None,
            deadline=now + timedelta(days=days.get(parcel.courier, USUAL_CLAIM_DAYS)),
            opened_at=now,
            moved_at=now,
            moved_by=tx.actor,
        )
        for parcel in carried
    ]
    return len(await open_claims(tx, claims, told, now=now))


async def claim_by_hand(
    tx: Tx, awb: str, kind: str, *, courier: str | None = None, now: datetime
) -> ParcelClaim:
    """Open a claim for a parcel by its number, wherever it ended.

    Raises:
        ParcelNotFound: No parcel has this number.
        ParcelNotClaimable: It did not leave yet, or the shop's own people carry it.
        ClaimThereAlready: It has one.
        ClaimKindUnknown: Neither lost nor damaged.
    """
    if kind not in CLAIM_KINDS:
        raise ClaimKindUnknown
    name = "".join(awb.split()).upper()[:60]
    found = await parcels_with(tx, {name}, courier=courier)
    if not found:
        raise ParcelNotFound(name)
    parcel = found[-1]
    if parcel.courier == OWN_FLEET or parcel.state == ParcelState.CREATED:
        raise ParcelNotClaimable(name)
    await lock_orders(tx, [parcel.order_id])
    opened = await claim_gone(tx, [parcel], kind, "", now=now)
    claim = await claim_of_parcel(tx, parcel.id)
    if claim is None:
        message = "a parcel has no claim after one was opened"
        raise AssertionError(message)
    if not opened:
        raise ClaimThereAlready(to_text(CLAIM_PREFIX, claim.id))
    return claim


async def pursue_claim(
    tx: Tx,
    claim_id: UUID,
    event: ClaimEvent,
    *,
    amount_minor: int | None = None,
    reference: str = "",
    now: datetime,
) -> ParcelClaim:
    """Move a claim; at most the order's goods before discounts and its shipping can be claimed of one parcel.

    Raises:
        ClaimNotFound, IllegalMove, ClaimWithoutEvidence, ClaimAmountUnusable: As `move_claim` has them.
    """
    claim = await claim_with_id(tx, claim_id)
    order = (await lock_orders(tx, [claim.order_id]))[claim.order_id]
    return await move_claim(
        tx,
        claim_id,
        event,
        amount_minor=amount_minor,
        most_minor=order.goods_minor + order.shipping_minor,
        reference=reference,
        now=now,
    )


def goods_worth(parcel: Parcel, lines: Sequence[Line]) -> int:
    """What the buyer pays for the goods in a parcel, minor units; of what was given for nothing, its price.

    A bundle whose parts travel in several parcels counts in each as often as its most frequent part is inside.
    """
    worth = 0
    for line in lines:
        inside: dict[UUID, int] = {}
        for content in parcel.contents:
            if content.line_no == line.line_no:
                inside[content.sku_id] = inside.get(content.sku_id, 0) + content.quantity
        if inside:
            units = inside.get(line.sku_id) or max(inside.values())
            worth += _worth(line, units)
    return worth


def _worth(line: Line, units: int) -> int:
    paid = (line.goods_minor - line.discount_minor) or line.goods_minor
    return paid * min(units, line.quantity) // max(line.quantity, 1)
