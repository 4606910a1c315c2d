"""The one function from money events to where an order stands."""

from collections.abc import Iterable, Mapping

from orderan.payments.models import MoneyKind, Standing
from orderan.payments.states import Money

COD = "cod"


def standing(sums: Mapping[MoneyKind, int], *, total_minor: int, terms: str) -> Standing:
    """Where an order's money stands.

    Args:
        sums: Summed amounts per kind of event; kinds that never happened may be missing.
        total_minor: What the order costs now.
        terms: `prepaid`, `cod` or `invoice`.

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
    if refunded > 0:
        state = Money.REFUNDED if refunded >= paid else Money.PARTLY_REFUNDED
    elif unknown > 0:
        state = Money.UNKNOWN
    else:
        state = _taken(
            paid, total_minor, pending=pending, cod=terms == COD, collected=collected, remitted=remitted
        )
    return Standing(state, paid, refunded, collected, remitted, paid - refunded - total_minor)


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


def summed(events: Iterable[tuple[str, int]]) -> dict[MoneyKind, int]:
    """Amounts per kind of a list of (kind, amount)."""
    sums: dict[MoneyKind, int] = {}
    for kind, amount in events:
        sums[MoneyKind(kind)] = sums.get(MoneyKind(kind), 0) + amount
    return sums
