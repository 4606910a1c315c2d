"""What may be picked, what was picked, and how far an order's lines are. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from orderan.fulfilment.models import Pick, TaskLine
from orderan.orders import Commercial, Line, Progress, Terms, Verification
from orderan.shipping import Content

PAID_LATER = frozenset({Terms.COD, Terms.INVOICE})
VERIFIED = frozenset({Verification.CONFIRMED, Verification.WAIVED})


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that stands in the way of picking.

    Attributes:
        code: `not_accepted`, `hold`, `unpaid`, `money_unknown`, `verification`, `change_open`.
        what: The state, or the kind of hold.
        why: A hold's own reason, as the person who placed it wrote it.
        amount_minor: What is still to be paid, for `unpaid`.
    """

    code: str
    what: str = ""
    why: str = ""
    amount_minor: int = 0
    currency: str = ""

    def plain(self) -> dict[str, Any]:
        """Only what is told: empty parts are left out."""
        told = {
            "code": self.code,
            "what": self.what,
            "why": self.why,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
        }
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Readiness:
    """What must be known of an order to say whether its goods may leave the shelf.

    Attributes:
        holds: Open ones, (kind, reason).
        change_open: A change set waits for its confirmation; what to pick may be another thing soon.
    """

    commercial: str
    terms: str
    money: str
    verification: str
    asked_minor: int
    paid_minor: int
    refunded_minor: int
    currency: str
    holds: Sequence[tuple[str, str]]
    change_open: bool


def obstacles(order: Readiness) -> tuple[Reason, ...]:
    """Every reason why picking cannot start, none if it can.

    An order to be paid before it ships must be wholly paid, refunds taken off; what was paid back
    for goods that came back is not asked for again. One paid at the door or on an invoice need not.
    While a payment attempt is unknown nobody may conclude either.
    """
    found = []
    if order.commercial != Commercial.ACCEPTED:
        found.append(Reason("not_accepted", what=order.commercial))
    found += [Reason("hold", what=kind, why=why) for kind, why in order.holds]
    due = order.asked_minor - (order.paid_minor - order.refunded_minor)
    if order.terms not in PAID_LATER and order.money == "unknown":
        found.append(Reason("money_unknown", what=order.money))
    elif order.terms not in PAID_LATER and due > 0:
        found.append(Reason("unpaid", what=order.money, amount_minor=due, currency=order.currency))
    needless = order.terms != Terms.COD and order.verification == Verification.NOT_NEEDED
    if order.verification not in VERIFIED and not needless:
        found.append(Reason("verification", what=order.verification))
    if order.change_open:
        found.append(Reason("change_open"))
    return tuple(found)


def spread(lines: Sequence[TaskLine], pick: Pick) -> list[tuple[TaskLine, int]] | None:
    """Put picked units on the open lines they fit, in order; None when they do not all fit."""
    rest, spread_over = pick.quantity, []
    for line in lines:
        if rest and line.left and pick.fits(line):
            units = min(rest, line.left)
            spread_over.append((line, units))
            rest -= units
    return None if rest else spread_over


def misfits(packed: Iterable[TaskLine], boxes: Iterable[Content]) -> tuple[tuple[int, UUID, int, int], ...]:
    """Where boxes differ from what was packed: (line, sku, packed, in the boxes)."""
    sums: dict[tuple[int, UUID, UUID, UUID], list[int]] = defaultdict(lambda: [0, 0])
    for line in packed:
        sums[line.line_no, line.sku_id, line.owner_id, line.lot_id][0] += line.packed
    for content in boxes:
        sums[content.line_no, content.sku_id, content.owner_id, content.lot_id][1] += content.quantity
    return tuple((key[0], key[1], was, now) for key, (was, now) in sorted(sums.items()) if was != now)


@dataclass(frozen=True, slots=True)
class Units:
    """Units of a part on a line of an order, summed over its live tasks and parcels."""

    order_id: UUID
    line_no: int
    sku_id: UUID
    planned: int
    picked: int
    packed: int
    shipped: int
    delivered: int


def progress(
    lines: Iterable[Line], units: Iterable[Units], *, served: Collection[UUID] = frozenset()
) -> list[Progress]:
    """How far each line is.

    A line's parts are planned in proportion to its units, so a bundle of which two of four cups
    and one of one pot are picked counts zero or one whole: the minimum over its parts. A line
    nothing is picked for (a service, a fee) goes with the goods: it is as far as the least
    advanced of them once they are all there. What the buyer has of it stays with them when goods
    are added later.

    Args:
        served: Orders with nothing to pick that are accepted and paid: the buyer has all of it.
    """
    parts: dict[tuple[UUID, int], list[Units]] = defaultdict(list)
    for unit in units:
        parts[unit.order_id, unit.line_no].append(unit)
    goods: dict[UUID, list[tuple[int, ...]]] = defaultdict(list)
    wholes: dict[tuple[UUID, int], tuple[int, ...]] = {}
    kept = list(lines)
    for line in kept:
        owed = line.quantity - line.cancelled
        if own := parts.get((line.order_id, line.line_no)):
            wholes[line.order_id, line.line_no] = far = tuple(
                _whole(own, owed, stage) for stage in ("picked", "packed", "shipped", "delivered")
            )
            goods[line.order_id].append(tuple(int(units >= owed) for units in far))
    made = []
    for line in kept:
        owed = line.quantity - line.cancelled
        done: tuple[int, ...] | None = wholes.get((line.order_id, line.line_no))
        if done is None:
            if line.order_id in served or line.delivered == owed > 0:
                done = (owed,) * 4
            elif goods[line.order_id]:
                done = tuple(owed * min(stage) for stage in zip(*goods[line.order_id], strict=True))
            else:
                continue
        made.append(Progress(line.order_id, line.line_no, *done))
    return made


def _whole(parts: Sequence[Units], owed: int, stage: str) -> int:
    return min(int(getattr(part, stage)) * owed // part.planned for part in parts)
