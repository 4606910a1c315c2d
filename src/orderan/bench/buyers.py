"""Buyers before a pay page, each with a mind of their own, and what they do to simulated gateways.

Most pay what they were given. Others pay a part, too much, twice, long after it expired, or not at all; click
twice; choose another method half way; pay what the page never showed them. Some banks take it back a minute
later, and some gateways say what is not so. Cards are set aside and decided on later, declined, or left at the
bank's own page.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Final
from uuid import UUID

from orderan.bench.minds import AUTHORISES, OVERLY, PARTLY, STAYS_OPEN, TAKES_BACK, Mind, Minds
from orderan.bench.storm import Storm
from orderan.flows.cancel_order import cancel_order
from orderan.flows.pay_online import Cashier
from orderan.kit.db import Caller
from orderan.kit.errors import Refusal
from orderan.payments import METHODS, Attempt, AttemptInTheAir, AttemptState, Group, NoRail
from orderan.sandbox.book import NotPossible
from orderan.sandbox.models import ChargeState, SimCharge
from orderan.sandbox.ports import HostsPages, Simulator

MINUTE: Final = timedelta(minutes=1)
TURNS: Final = 12
"""A buyer who is told to wait comes back so often."""
PHONE: Final = "+6281234567890"
CAPTURED: Final = 0.7
"""Share of cards set aside that are taken in the end."""

Deed = Callable[[], Awaitable[None]]


@dataclass
class Crowd:
    """All buyers of a night."""

    cashier: Cashier
    caller: Caller
    storm: Storm
    did: Counter[str] = field(default_factory=Counter)
    _plans: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)
    _shown: dict[UUID, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._minds = Minds(self.storm.dice)

    def joins(self, order_id: UUID, at: datetime) -> None:
        """A buyer whose order was just placed comes to the pay page."""
        mind, method = self._minds.next()
        self.did[mind] += 1
        self._plan(at, partial(self._come, order_id, mind, method, 0))

    def due(self) -> list[Deed]:
        """What is done by now; everything of one moment may happen at once."""
        found = []
        while self._plans and self._plans[0][0] <= self.cashier.clock.now():
            found.append(heapq.heappop(self._plans)[2])
        return found

    @property
    def gone(self) -> bool:
        return not self._plans

    @property
    def next_at(self) -> datetime | None:
        """When the next of them does something."""
        return self._plans[0][0] if self._plans else None

    def _plan(self, at: datetime, deed: Deed) -> None:
        heapq.heappush(self._plans, (at, next(self._numbers), deed))

    def _in(self, minutes: float, deed: Deed) -> None:
        self._plan(self.cashier.clock.now() + MINUTE * minutes, deed)

    async def _come(
        self,
        order_id: UUID,
        mind: Mind,
        method: str,
        turn: int,
        *,
        anew: bool = False,
        pays: Mind | None = None,
    ) -> None:
        """Choose a method, and come back later where that is what the page says."""
        charging = partial(self.cashier.charge, self.caller, order_id, method, phone=PHONE, anew=anew)
        again = partial(self._come, order_id, mind, self._minds.method(), turn + 1, pays=pays)
        try:
            if mind is Mind.CLICKS:
                attempt = await self._clicks(charging)
            else:
                attempt = await charging()
        except (AttemptInTheAir, NoRail) as wait:
            self.did[wait.code] += 1
            if turn < TURNS:
                self._in(self.storm.dice.uniform(0.5, 4), again)
            return
        except Refusal as refusal:
            self.did[refusal.code] += 1
            return
        self.did[f"came {attempt.state}"] += 1
        if attempt.state == AttemptState.OFFERED:
            self._given(attempt, pays or mind)
        elif attempt.state == AttemptState.UNKNOWN:
            self._unseen(attempt)
            if turn < TURNS:
                self._in(self.storm.dice.uniform(0.5, 4), again)

    async def _clicks(self, charging: Callable[[], Awaitable[Attempt]]) -> Attempt:
        """Two clicks at once; whichever came through counts."""
        first, second = await asyncio.gather(charging(), charging(), return_exceptions=True)
        for answer in (first, second):
            if isinstance(answer, Attempt):
                return answer
        raise first if isinstance(first, BaseException) else AssertionError("unreachable")

    def _unseen(self, attempt: Attempt) -> None:
        """The page shows nothing, yet the request is in the buyer's app already: some pay there.

        The address of a page to type a card on is known to nobody then.
        """
        if _by_card(attempt):
            return
        charge = self.storm.gateways[attempt.gateway].book.find(attempt.reference)
        if charge is not None and self.storm.dice.random() < 0.5:
            self.did["pays unseen"] += 1
            self._in(self.storm.dice.uniform(0, 2), partial(self._pay, charge))

    def _given(self, attempt: Attempt, mind: Mind) -> None:
        if _by_card(attempt) and mind is Mind.NEVER:
            return
        charge = self._charge(self.storm.gateways[attempt.gateway], attempt)
        seen = self._shown.setdefault(attempt.order_id, set())
        if attempt.reference in seen:
            return
        seen.add(attempt.reference)
        dice = self.storm.dice
        soon = dice.uniform(0.5, 0.9) if attempt.method == "ovo" else dice.uniform(1, 9)
        if mind in {Mind.CHANGES, Mind.PAYS_BOTH}:
            self._changes(attempt, mind, charge, soon)
        elif mind in {Mind.TOLD_PAID, Mind.TOLD_UNPAID}:
            self._lied_about(mind, charge, soon)
        elif _by_card(attempt):
            self._types(attempt, mind, charge, soon)
        else:
            self._pays(attempt, mind, charge, soon)

    def _charge(self, gateway: Simulator, attempt: Attempt) -> SimCharge:
        """What the gateway made of a try; on some pages nothing, until the buyer opens them."""
        charge = gateway.book.find(attempt.reference)
        if charge is None and isinstance(gateway, HostsPages) and attempt.gateway_id is not None:
            charge = gateway.pick(attempt.gateway_id.rpartition(":")[2], now=self.cashier.clock.now())
        if charge is None:
            raise AssertionError(f"{attempt.gateway} made nothing of {attempt.reference}")
        return charge

    def _changes(self, attempt: Attempt, mind: Mind, charge: SimCharge, soon: float) -> None:
        other = self._minds.method(but=attempt.method)
        self._in(soon, partial(self._come, attempt.order_id, mind, other, 0, anew=True, pays=Mind.PAYS))
        if mind is Mind.PAYS_BOTH:
            self._in(soon + self.storm.dice.uniform(-0.5, 6), partial(self._pay, charge))

    def _lied_about(self, mind: Mind, charge: SimCharge, soon: float) -> None:
        dice = self.storm.dice
        if mind is Mind.TOLD_PAID:
            self._in(soon, partial(self._lie, charge, ChargeState.PAID))
            if dice.random() < 0.5:
                self._in(soon + 2, partial(self._pay, charge))
            return
        said = dice.choice([ChargeState.PENDING, ChargeState.EXPIRED])
        self._in(soon, partial(self._pay, charge))
        self._in(soon, partial(self._lie, charge, said))

    def _types(self, attempt: Attempt, mind: Mind, charge: SimCharge, soon: float) -> None:
        """The buyer types a card."""
        match mind:
            case Mind.LATE | Mind.LEAVES:
                return
            case Mind.AUTHORISED if attempt.gateway in AUTHORISES:
                self._in(soon, partial(self._authorise, charge))
            case Mind.DECLINED:
                self._in(soon, partial(self._decline, attempt, charge))
            case Mind.CANCELLED:
                self._in(soon, partial(self._cancel, attempt.order_id))
                self._in(soon, partial(self._pay, charge))
            case _:
                self._in(soon, partial(self._pay, charge))

    def _pays(self, attempt: Attempt, mind: Mind, charge: SimCharge, soon: float) -> None:
        half = charge.amount // 2
        match mind:
            case Mind.NEVER:
                return
            case Mind.LATE:
                late = charge.expires_at + MINUTE * self.storm.dice.uniform(1, 60)
                self._plan(late, partial(self._pay, charge, late=True))
                return
            case Mind.IN_PARTS | Mind.A_PART if attempt.gateway in PARTLY:
                self._in(soon, partial(self._pay, charge, half))
                if mind is Mind.IN_PARTS:
                    self._in(soon + 3, partial(self._pay, charge, charge.amount - half))
                return
            case Mind.OVER if attempt.gateway in OVERLY and attempt.method != "qris":
                self._in(soon, partial(self._pay, charge, charge.amount + 5_000))
                return
            case Mind.TAKEN_BACK if attempt.gateway in TAKES_BACK:
                self._in(soon + 1, partial(self._take_back, charge))
            case Mind.CANCELLED:
                self._in(soon, partial(self._cancel, attempt.order_id))
            case _:
                pass
        self._in(soon, partial(self._pay, charge))

    async def _pay(self, charge: SimCharge, amount: int | None = None, *, late: bool = False) -> None:
        gateway = self.storm.gateways[charge.gateway]
        try:
            gateway.book.pay(
                charge, charge.amount if amount is None else amount, now=self.cashier.clock.now(), late=late
            )
        except NotPossible:
            self.did["bank refuses"] += 1
            return
        self.did["paid"] += 1
        self.storm.tell(gateway, charge, surely=late or charge.paid != charge.amount)

    async def _authorise(self, charge: SimCharge) -> None:
        gateway = self.storm.gateways[charge.gateway]
        try:
            gateway.book.hold(charge, now=self.cashier.clock.now())
        except NotPossible:
            self.did["bank refuses"] += 1
            return
        self.did["set aside"] += 1
        self.storm.tell(gateway, charge)
        self._in(self.storm.dice.uniform(10, 90), partial(self._decide, charge))

    async def _decide(self, charge: SimCharge) -> None:
        """What was set aside is taken, or let go."""
        book, now = self.storm.gateways[charge.gateway].book, self.cashier.clock.now()
        if self.storm.dice.random() < CAPTURED:
            book.capture(charge, now=now)
            self.did["captured"] += 1
        else:
            book.move(charge, ChargeState.CANCELLED, from_={ChargeState.HELD}, now=now)
            self.did["voided"] += 1
        self.storm.tell(self.storm.gateways[charge.gateway], charge)

    async def _decline(self, attempt: Attempt, charge: SimCharge) -> None:
        """The bank says no: another card where the page stays open, else another method."""
        gateway = self.storm.gateways[charge.gateway]
        try:
            gateway.book.move(
                charge, ChargeState.DECLINED, from_={ChargeState.PENDING}, now=self.cashier.clock.now()
            )
        except NotPossible:
            return
        self.did["card declined"] += 1
        self.storm.tell(gateway, charge)
        again = partial(self._another_card, charge)
        if charge.gateway not in STAYS_OPEN:
            other = self._minds.method()
            again = partial(self._come, attempt.order_id, Mind.PAYS, other, 0, anew=True)
        self._in(self.storm.dice.uniform(1, 3), again)

    async def _another_card(self, charge: SimCharge) -> None:
        book, now = self.storm.gateways[charge.gateway].book, self.cashier.clock.now()
        try:
            book.move(charge, ChargeState.PENDING, from_={ChargeState.DECLINED}, now=now)
        except NotPossible:
            return
        self.did["another card"] += 1
        await self._pay(charge)

    async def _take_back(self, charge: SimCharge) -> None:
        gateway = self.storm.gateways[charge.gateway]
        try:
            gateway.book.move(
                charge, ChargeState.REVERSED, from_={ChargeState.PAID}, now=self.cashier.clock.now()
            )
        except NotPossible:
            return
        self.did["taken back"] += 1
        self.storm.tell(gateway, charge)

    async def _lie(self, charge: SimCharge, state: ChargeState) -> None:
        self.did["lies"] += 1
        self.storm.lie(self.storm.gateways[charge.gateway], charge, state)

    async def _cancel(self, order_id: UUID) -> None:
        try:
            await self.cashier.db.run(
                self.caller,
                lambda tx: cancel_order(tx, order_id, reason="storm", now=self.cashier.clock.now()),
            )
        except Refusal as refusal:
            self.did[refusal.code] += 1


def _by_card(attempt: Attempt) -> bool:
    return METHODS[attempt.method].group is Group.CARD
