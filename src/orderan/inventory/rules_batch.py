"""Places for a whole batch: who came first is served first, and then everybody may serve the others.

What a demand took may be what another needed more: a buyer far away who can be served from anywhere took the last
unit beside one who now waits for a parcel from the other end of the country. A demand that pays more than it would
have alone, and those that hold what it lacks, choose again in another order, and keep what is cheaper for them
together. Who is short is short of what all places have together, so nobody's turn is lost.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from orderan.inventory.models import Demand, Shortfall, Taken
from orderan.inventory.rules import Pool

PARTNERS: Final = 8
"""Holders a dear demand is brought together with."""
ROUNDS: Final = 4

Outcome = Taken | tuple[Shortfall, ...]


def serve(pool: Pool, demands: Sequence[Demand]) -> list[Outcome]:
    """What each demand takes, in their order; those that are short take nothing."""
    if len(demands) == 1:
        return [pool.take(demands[0])]
    alone = [pool.price(demand) for demand in demands]
    outcomes: list[Outcome] = [pool.take(demand) for demand in demands]
    for _ in range(ROUNDS):
        if not _settle(pool, demands, outcomes, alone):
            break
    return outcomes


def _settle(
    pool: Pool, demands: Sequence[Demand], outcomes: list[Outcome], alone: Sequence[int | None]
) -> bool:
    """One round over those that pay more than they would alone, the dearest first; whether anything changed."""
    extra = {
        at: one.cost_minor - (alone[at] or 0)
        for at, one in enumerate(outcomes)
        if isinstance(one, Taken) and one.cost_minor > (alone[at] or 0)
    }
    if not extra:
        return False
    holders = _holders(outcomes)
    changed = False
    for at in sorted(extra, key=lambda one: -extra[one]):
        near = pool.cheaper(demands[at], _cost(outcomes[at]))
        skus = {want.sku_id for want in demands[at].wants}
        found = dict.fromkeys(
            other for sku in skus for place in near for other in holders[sku, place] if other != at
        )
        partners = sorted(found, key=lambda one: (one not in extra, one))[:PARTNERS]
        for order in _orders(at, partners):
            changed = _regroup(pool, demands, outcomes, order) or changed
    return changed


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


def _holders(outcomes: Sequence[Outcome]) -> dict[tuple[UUID, UUID], list[int]]:
    """Who took units of a sku at a location."""
    found: dict[tuple[UUID, UUID], list[int]] = defaultdict(list)
    for at, one in enumerate(outcomes):
        if isinstance(one, Taken):
            for claim in one.claims:
                found[claim.key.sku_id, claim.key.location_id].append(at)
    return found


def _regroup(pool: Pool, demands: Sequence[Demand], outcomes: list[Outcome], group: Sequence[int]) -> bool:
    """Let these choose again in this order; whether they became cheaper together, else all is as it was."""
    was = {at: one for at in group if isinstance(one := outcomes[at], Taken)}
    for one in was.values():
        pool.give_back(one)
    held = [pool.hold(demands[at]) for at in group]
    served = [one for one in held if one is not None]
    better = len(served) == len(group) and sum(one.cost_minor for one in served) < sum(
        one.cost_minor for one in was.values()
    )
    for one in reversed(served):
        pool.give_back(one)
    if not better:
        for one in was.values():
            pool.take_again(one)
        return False
    for at in group:
        outcomes[at] = pool.take(demands[at])
    return True


def _cost(outcome: Outcome) -> int:
    return outcome.cost_minor if isinstance(outcome, Taken) else 0
