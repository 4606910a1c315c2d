"""The one function from money events to where an order stands."""

from collections.abc import Iterable, Mapping

from orderan.kit.money import round_half_up
from orderan.payments.models import MoneyKind, Standing
from orderan.payments.states import Money

COD = "cod"
MOST_ROUNDED_MINOR = 10
"""Each part that is given back is off by a minor unit at most; nobody gives back an order in more parts than these."""


def standing(sums: Mapping[MoneyKind, int], *, total_minor: int, terms: str) -> Standing:
    """Where an order's money stands.

    Args:
        sums: Summed amounts per kind of event; kinds that never happened may be missing.
        total_minor: What the order costs now.
        terms: `prepaid`, `cod` or `invoice`.

    What was forgone is not asked for: the goods came back before they were paid for. What was credited
    was paid back for goods that came back, and is not asked for again. What a payment promotion covers is
    settled without being money: it is not asked of the buyer, and never paid back to them.

    Refunds outrank an unknown attempt, and that outranks everything not final: while it lasts
    nobody may conclude that money is missing.
    """
    of = {kind: sums.get(kind, 0) for kind in MoneyKind}
    collected = of[MoneyKind.COD_COLLECTED]
    paid = of[MoneyKind.CAPTURED] - of[MoneyKind.CAPTURE_REVERSED] + collected
    refunded = of[MoneyKind.REFUNDED] - of[MoneyKind.REFUND_REVERSED]
    unknown = of[MoneyKind.UNKNOWN] - of[MoneyKind.UNKNOWN_CLEARED]
    pending = of[MoneyKind.PENDING] - of[MoneyKind.PENDING_CLEARED]
    remitted = of[MoneyKind.COD_REMITTED]
    covered = of[MoneyKind.PROMOTION_GRANTED] - of[MoneyKind.PROMOTION_WITHDRAWN]
    asked = max(total_minor - of[MoneyKind.FORGONE] - covered, 0)
    if refunded > 0:
        state = Money.REFUNDED if refunded >= paid else Money.PARTLY_REFUNDED
    elif unknown > 0:
        state = Money.UNKNOWN
    else:
        state = _taken(paid, asked, pending=pending, cod=terms == COD, collected=collected, remitted=remitted)
    credited = of[MoneyKind.CREDITED]
    return Standing(
        state=state,
        paid_minor=paid,
        refunded_minor=refunded,
        collected_minor=collected,
        remitted_minor=remitted,
        balance_minor=paid - refunded - max(asked - credited, 0),
        forgone_minor=of[MoneyKind.FORGONE],
        credited_minor=credited,
        covered_minor=covered,
    )


def _taken(paid: int, total: int, *, pending: int, cod: bool, collected: int, remitted: int) -> Money:
    if paid == 0 and total > 0:
        if pending > 0:
            return Money.PENDING
        return Money.COD_DUE if cod else Money.UNPAID
    if paid < total:
        return Money.PARTLY_PAID
    if paid > total:
        return Money.OVERPAID
    if collected:
        return Money.COD_REMITTED if remitted >= collected else Money.COD_COLLECTED
    return Money.PAID


_OUT_OF = {
    MoneyKind.CAPTURE_REVERSED: (
        (MoneyKind.CAPTURED, 1),
        (MoneyKind.REFUNDED, -1),
        (MoneyKind.REFUND_REVERSED, 1),
    ),
    MoneyKind.COD_REMITTED: ((MoneyKind.COD_COLLECTED, 1),),
    MoneyKind.REFUNDED: (
        (MoneyKind.CAPTURED, 1),
        (MoneyKind.CAPTURE_REVERSED, -1),
        (MoneyKind.COD_COLLECTED, 1),
        (MoneyKind.REFUND_REVERSED, 1),
    ),
    MoneyKind.REFUND_REVERSED: ((MoneyKind.REFUNDED, 1),),
    MoneyKind.CREDITED: ((MoneyKind.REFUNDED, 1),),
    MoneyKind.PROMOTION_WITHDRAWN: ((MoneyKind.PROMOTION_GRANTED, 1), (MoneyKind.PROMOTION_RETURNED, -1)),
    MoneyKind.PROMOTION_RETURNED: ((MoneyKind.PROMOTION_GRANTED, 1), (MoneyKind.PROMOTION_WITHDRAWN, -1)),
    MoneyKind.PENDING_CLEARED: ((MoneyKind.PENDING, 1),),
    MoneyKind.UNKNOWN_CLEARED: ((MoneyKind.UNKNOWN, 1),),
}
"""Kinds that take out of others: their sum never exceeds the signed sum of these."""


def room_for(kind: MoneyKind, sums: Mapping[MoneyKind, int]) -> int | None:
    """How much an event of this kind may be at most, None when nothing bounds it.

    A capture that was refunded cannot be reversed as well: the shop would pay twice.
    """
    sources = _OUT_OF.get(kind)
    if sources is None:
        return None
    bound = sum(sign * sums.get(source, 0) for source, sign in sources) - sums.get(kind, 0)
    return max(bound, 0)


def refundable(sums: Mapping[MoneyKind, int], *, promised_minor: int) -> int:
    """What may still be promised back: taken in, not given back, not promised already."""
    return max((room_for(MoneyKind.REFUNDED, sums) or 0) - promised_minor, 0)


def cash_of(
    worth_minor: int, sums: Mapping[MoneyKind, int], *, promised_minor: int, last: bool = False
) -> int:
    """What a buyer gets in money for goods worth so much, when a promotion covered a part of the order.

    In the proportion in which money and cover are left, so that giving everything back, in whatever steps,
    gives back just the money.

    Args:
        promised_minor: Refunds granted and not yet paid.
        last: With these everything of the order is given back; what rounding the parts before left over goes with them.
    """
    cover, money = _cover_left(sums), room_for(MoneyKind.REFUNDED, sums) or 0
    if sums.get(MoneyKind.PROMOTION_GRANTED, 0) == sums.get(MoneyKind.PROMOTION_WITHDRAWN, 0):
        return worth_minor
    of_promised = min(promised_minor, money)
    cover -= round_half_up(cover * of_promised, money) if of_promised else 0
    money -= of_promised
    if worth_minor >= money + cover:
        return money
    share = round_half_up(worth_minor * money, money + cover)
    return money if last and money - share <= MOST_ROUNDED_MINOR else share


def cover_back(paid_back_minor: int, sums: Mapping[MoneyKind, int], *, over_minor: int = 0) -> int:
    """What of a promotion's cover goes back to its payers when a buyer gets so much money back.

    Args:
        sums: Before the money is paid back.
        over_minor: What of their money was beyond what is asked: it is paid back first, and covers nothing.
    """
    cover, money = _cover_left(sums), (room_for(MoneyKind.REFUNDED, sums) or 0) - over_minor
    back = min(paid_back_minor - over_minor, money)
    return round_half_up(cover * back, money) if back > 0 else 0


def _cover_left(sums: Mapping[MoneyKind, int]) -> int:
    return room_for(MoneyKind.PROMOTION_RETURNED, sums) or 0


def share_of_line(net_minor: int, quantity: int, *, units: int, before: int) -> int:
    """What `units` of a line are worth, when `before` units of it were given back already.

    Cumulative shares rounded half up, so that giving back a line unit by unit adds up to its
    whole net amount whatever the steps.

    Args:
        net_minor: What the buyer pays for the whole line, minor units.
        quantity: Units on the line, above zero.
    """
    return round_half_up(net_minor * (before + units), quantity) - round_half_up(net_minor * before, quantity)


def summed(events: Iterable[tuple[str, int]]) -> dict[MoneyKind, int]:
    """Amounts per kind of a list of (kind, amount)."""
    sums: dict[MoneyKind, int] = {}
    for kind, amount in events:
        sums[MoneyKind(kind)] = sums.get(MoneyKind(kind), 0) + amount
    return sums
