"""Places for a whole batch: who came first is served first, and then everybody may serve the others.

What a demand took may be what another needed more: a buyer far away who can be served from anywhere took the last
unit beside one who now waits for a parcel from the other end of the country. A demand that pays more than it would
have alone, and those that hold what it lacks, choose again in another order, and keep what is cheaper for them
together. Who is short is short of what all places have together, so nobody's turn is lost.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from orderan.inventory.models import Demand, Shortfall, Taken
from orderan.inventory.rules import Pool

PARTNERS: Final = 8
"""Holders a dear demand is brought together with."""
ROUNDS: Final = 4
CHOICES: Final = 5_000
"""How often a batch's demands choose again at most, the dearest first: its stock is locked while they do."""

Outcome = Taken | tuple[Shortfall, ...]
Spot = tuple[UUID, UUID]
"""A sku at a location."""


def serve(pool: Pool, demands: Sequence[Demand]) -> list[Outcome]:
    """What each demand takes, in their order; those that are short take nothing."""
    if len(demands) == 1:
        return [pool.take(demands[0])]
    batch = _Batch(pool, demands)
    moved: set[Spot] | None = None
    for _ in range(ROUNDS):
        moved = batch.settle(moved)
        if not moved:
            break
    return batch.outcomes


class _Batch:
    """Demands that were served in their order, and what each would have paid alone."""

    def __init__(self, pool: Pool, demands: Sequence[Demand]) -> None:
        self._pool = pool
        self._demands = demands
        self._alone = [pool.price(demand) or 0 for demand in demands]
        self.outcomes: list[Outcome] = [pool.take(demand) for demand in demands]
        self._choices_left = CHOICES

    def settle(self, moved: set[Spot] | None) -> set[Spot]:
        """One round over those that pay more than they would alone, the dearest first; what changed hands.

        Args:
            moved: What changed hands in the round before, so that who can have none of it is not asked again;
                None asks everybody.
        """
        extra = {
            at: one.cost_minor - self._alone[at]
            for at, one in enumerate(self.outcomes)
            if isinstance(one, Taken) and one.cost_minor > self._alone[at]
        }
        now_moved = set[Spot]()
        if not extra:
            return now_moved
        holders = _holders(self.outcomes)
        for at in sorted(extra, key=lambda one: -extra[one]):
            near = self._pool.cheaper(self._demands[at], _cost(self.outcomes[at]))
            spots = [(want.sku_id, place) for want in self._demands[at].wants for place in near]
            if moved is not None and moved.isdisjoint(spots):
                continue
            found = dict.fromkeys(other for spot in spots for other in holders[spot] if other != at)
            partners = sorted(found, key=lambda one: (one not in extra, one))[:PARTNERS]
            for order in _orders(at, partners):
                if self._choices_left <= 0:
                    return now_moved
                now_moved |= self._regroup(order)
        return now_moved

    def _regroup(self, group: Sequence[int]) -> set[Spot]:
        """Let these choose again in this order; what changed hands where they became cheaper together.

        A try ends as soon as it cannot become cheaper, even if all that are left paid what they would alone.
        """
        was = {at: one for at in group if isinstance(one := self.outcomes[at], Taken)}
        for one in was.values():
            self._pool.give_back(one)
        room = sum(one.cost_minor for one in was.values()) - sum(self._alone[at] for at in group)
        held: list[Taken] = []
        for at in group:
            self._choices_left -= 1
            taken = self._pool.hold(self._demands[at], under=self._alone[at] + room)
            if taken is None:
                break
            held.append(taken)
            room -= taken.cost_minor - self._alone[at]
        for one in reversed(held):
            self._pool.give_back(one)
        if len(held) < len(group):
            for one in was.values():
                self._pool.take_again(one)
            return set()
        before = _spots(was.values())
        for at in group:
            self.outcomes[at] = self._pool.take(self._demands[at])
        return before | _spots(self.outcomes[at] for at in group)


def _orders(at: int, partners: Sequence[int]) -> Iterator[list[int]]:
    """Turns to try: alone, before each partner, before them all and their reverse, and behind those that pay more."""
    yield [at]
    for partner in partners:
        yield [at, partner]
    if len(partners) > 1:
        yield [at, *partners]
        yield [at, *reversed(partners)]
        yield [*partners, at]
        yield [*reversed(partners), at]


def _holders(outcomes: Sequence[Outcome]) -> dict[Spot, list[int]]:
    """Who took units of a sku at a location."""
    found: dict[Spot, list[int]] = defaultdict(list)
    for at, one in enumerate(outcomes):
        if isinstance(one, Taken):
            for claim in one.claims:
                found[claim.key.sku_id, claim.key.location_id].append(at)
    return found


def _spots(outcomes: Iterable[Outcome]) -> set[Spot]:
    return {
        (claim.key.sku_id, claim.key.location_id)
        for one in outcomes
        if isinstance(one, Taken)
        for claim in one.claims
    }


def _cost(outcome: Outcome) -> int:
    return outcome.cost_minor if isinstance(outcome, Taken) else 0
