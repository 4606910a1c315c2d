"""The charges one simulated gateway keeps."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from orderan.sandbox.models import ChargeState, SimCharge, SimRefund


class NotPossible(Exception):
    """The charge is in no state for that."""


class Book:
    """Charges by the gateway's own id and by the shop's reference; kept in memory.

    Args:
        lapses: Whether a charge whose time is over expires; None is one that nobody paid or gave up.
    """

    def __init__(self, lapses: Callable[[SimCharge], bool] | None = None) -> None:
        self._lapses = lapses or _is_pending
        self._by_id: dict[str, SimCharge] = {}
        self._by_reference: dict[str, SimCharge] = {}
        # Those that may expire, the earliest first: a busy day's charges are not all looked at for each question.
        self._ends: list[tuple[datetime, int, SimCharge]] = []
        self._added = count()
        self._numbers = count(1)

    def next_number(self) -> int:
        """A number nobody had yet, for ids and account numbers."""
        return next(self._numbers)

    def add(self, charge: SimCharge) -> None:
        self._by_id[charge.id] = charge
        self._by_reference[charge.reference] = charge
        heappush(self._ends, (charge.expires_at, next(self._added), charge))

    def find(self, name: str) -> SimCharge | None:
        """By the gateway's id or the shop's reference."""
        return self._by_id.get(name) or self._by_reference.get(name)

    def newest(self) -> SimCharge | None:
        """The one made last."""
        return next(reversed(self._by_id.values()), None)

    def all(self) -> list[SimCharge]:
        """Newest first."""
        return sorted(self._by_id.values(), key=lambda charge: charge.made_at, reverse=True)

    def pay(self, charge: SimCharge, amount: int, *, now: datetime, late: bool = False) -> None:
        """The buyer pays; a part keeps it pending, more than asked is taken too.

        Args:
            late: Pay although it has expired, as banks let happen.

        Raises:
            NotPossible: It is not pending, or has expired.
        """
        allowed = {ChargeState.PENDING} | ({ChargeState.EXPIRED} if late else set())
        if charge.state not in allowed or (not late and now >= charge.expires_at):
            raise NotPossible(charge.state)
        charge.paid += amount
        charge.changed_at = now
        if charge.paid >= charge.amount:
            charge.state = ChargeState.PAID

    def hold(self, charge: SimCharge, *, now: datetime) -> None:
        """A card's money is set aside; it is taken or let go later.

        Raises:
            NotPossible: It is not pending, or has expired.
        """
        if charge.state is not ChargeState.PENDING or now >= charge.expires_at:
            raise NotPossible(charge.state)
        charge.state = ChargeState.HELD
        charge.held_at = charge.changed_at = now

    def capture(self, charge: SimCharge, *, now: datetime) -> None:
        """What was set aside is taken.

        Raises:
            NotPossible: Nothing is set aside.
        """
        self.move(charge, ChargeState.PAID, from_=(ChargeState.HELD,), now=now)
        charge.paid = charge.amount

    def move(
        self, charge: SimCharge, state: ChargeState, *, from_: Iterable[ChargeState], now: datetime
    ) -> None:
        """Bring a charge into a state it may come to.

        Raises:
            NotPossible: It stands elsewhere.
        """
        if charge.state not in set(from_):
            raise NotPossible(charge.state)
        charge.state = state
        charge.changed_at = now

    def refund(
        self,
        charge: SimCharge,
        key: str,
        amount: int,
        reason: str,
        *,
        lasts: timedelta | None = None,
        now: datetime,
    ) -> SimRefund:
        """Pay back; the same key is the same refund.

        Args:
            lasts: So long a key is known; used again later it is another refund. None is for ever.

        Raises:
            NotPossible: It was not paid, or not so much.
        """
        for before in charge.refunds:
            if before.key == key and (lasts is None or now - before.at < lasts):
                return before
        if charge.state not in {ChargeState.PAID, ChargeState.REFUNDED}:
            raise NotPossible(charge.state)
        if amount <= 0 or charge.refunded + amount > charge.paid:
            raise NotPossible("amount")
        refund = SimRefund(key, f"rf-{self.next_number()}", amount, reason, now)
        charge.refunds.append(refund)
        if charge.refunded == charge.paid:
            charge.state = ChargeState.REFUNDED
        charge.changed_at = now
        return refund

    def expire(self, *, now: datetime, grace: timedelta = timedelta()) -> list[SimCharge]:
        """Expire what nobody paid in time; returns which."""
        due = []
        while self._ends and now >= self._ends[0][0] + grace:
            _, _, charge = heappop(self._ends)
            if self._lapses(charge):
                due.append(charge)
        for charge in due:
            charge.state = ChargeState.EXPIRED
            charge.changed_at = now
        return due


def _is_pending(charge: SimCharge) -> bool:
    return charge.state is ChargeState.PENDING
