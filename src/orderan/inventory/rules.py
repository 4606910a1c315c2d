"""Which units serve a demand: the nearest location that can serve it whole, oldest expiry first."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from orderan.inventory.errors import ClaimMissing
from orderan.inventory.models import (
    Claim,
    Demand,
    Lots,
    Part,
    Shortfall,
    StockKey,
    StockRow,
    Taken,
    Want,
    Weighed,
)

SOURCING_RULE = "nearest_whole@1"
MOST_WEIGHED = 8
"""Candidates kept with a choice beside those that decided it: enough to see what else there was."""


class Pool:
    """Locked stock of a batch; each demand that is met leaves less for the next.

    Expired lots are not among the rows. Safety stock is held back per sku and location, out of the
    lots that would be picked last.
    """

    def __init__(self, rows: Iterable[StockRow]) -> None:
        self._rows: dict[UUID, dict[UUID, list[StockRow]]] = defaultdict(lambda: defaultdict(list))
        self._place: dict[UUID, tuple[int, str | None]] = {}
        for row in rows:
            self._rows[row.key.sku_id][row.key.location_id].append(row)
            self._place[row.key.location_id] = (row.rank, row.village_code)
        for by_location in self._rows.values():
            for lots in by_location.values():
                lots.sort(key=first_expired_first_out)
                _hold_back(lots, lots[0].safety)

    def free(self, sku_id: UUID, location_id: UUID, *, beyond_stock: bool = True) -> int:
        return sum(row.open_to(beyond_stock=beyond_stock) for row in self._rows[sku_id][location_id])

    def _open(self, sku_id: UUID, *, beyond_stock: bool) -> Iterator[int]:
        for rows in self._rows[sku_id].values():
            for row in rows:
                yield row.open_to(beyond_stock=beyond_stock)

    def take(self, demand: Demand) -> Taken | tuple[Shortfall, ...]:
        """Meet a demand and lessen the pool, or say what is short and leave it as it was."""
        wanted: dict[UUID, int] = defaultdict(int)
        for want in demand.wants:
            wanted[want.sku_id] += want.quantity
        locations = self._by_nearness(demand)
        beyond = demand.beyond_stock
        if short := self._shortfalls(wanted, locations, beyond_stock=beyond):
            return short
        for location in locations:
            if all(
                self.free(sku, location, beyond_stock=beyond) >= quantity for sku, quantity in wanted.items()
            ):
                weighed = self._weigh(wanted, locations, location, beyond_stock=beyond)
                return self._claim(demand, [location], "whole", weighed)
        weighed = self._weigh(wanted, locations, None, beyond_stock=beyond)
        return self._claim(demand, locations, "split", weighed)

    def _weigh(
        self,
        wanted: Mapping[UUID, int],
        locations: Sequence[UUID],
        chosen: UUID | None,
        *,
        beyond_stock: bool,
    ) -> Weighed:
        """What there is before it is taken, down to the last place that mattered.

        Of a place's lots as many as cover what is wanted, and those sold below nothing, which count
        against it wherever they lie.
        """
        missing = list(wanted.values())
        needed = [
            quantity - sum(free for free in self._open(sku, beyond_stock=beyond_stock) if free < 0)
            for sku, quantity in wanted.items()
        ]
        places: list[tuple[UUID, int, str | None]] = []
        lots: list[Lots] = []
        decided = chosen is None
        for location in locations:
            if decided and len(places) >= MOST_WEIGHED and max(missing) <= 0:
                break
            before = len(lots)
            for at, sku in enumerate(wanted):
                left = needed[at]
                for row in self._rows[sku].get(location, ()):
                    free = row.open_to(beyond_stock=beyond_stock)
                    if free < 0 or (free > 0 and left > 0):
                        lots.append(Lots(len(places), at, row.key, free, row.expires_on))
                        left -= max(free, 0)
                        missing[at] -= free
            if len(lots) > before:
                places.append((location, *self._place[location]))
            decided = decided or location == chosen
        return Weighed(places, lots)

    def _shortfalls(
        self, wanted: dict[UUID, int], locations: Sequence[UUID], *, beyond_stock: bool
    ) -> tuple[Shortfall, ...]:
        short = []
        for sku, quantity in wanted.items():
            free = sum(self.free(sku, location, beyond_stock=beyond_stock) for location in locations)
            if free < quantity:
                short.append(Shortfall(sku, quantity, free))
        return tuple(short)

    def _by_nearness(self, demand: Demand) -> list[UUID]:
        if demand.only_at is not None:
            return [demand.only_at]
        return sorted(
            self._place,
            key=lambda location: (
                -nearness(self._place[location][1], demand.village_code),
                self._place[location][0],
            ),
        )

    def _claim(self, demand: Demand, locations: Sequence[UUID], how: str, weighed: Weighed) -> Taken:
        claims = [claim for want in demand.wants for claim in self._units(demand, want, locations)]
        nearest = (
            f"near:{nearness(self._place[claims[0].key.location_id][1], demand.village_code)}"
            if claims
            else ""
        )
        return Taken(claims, (how, nearest), weighed)

    def _units(self, demand: Demand, want: Want, locations: Sequence[UUID]) -> Iterable[Claim]:
        left = want.quantity
        for location in locations:
            for row in self._rows[want.sku_id][location]:
                if left and (free := row.open_to(beyond_stock=demand.beyond_stock)) > 0:
                    units = min(left, free)
                    row.free -= units
                    left -= units
                    yield Claim(demand.holder_id, want.line_no, row.key, units)


def cut(claims: Sequence[Claim], parts: Sequence[Part]) -> list[tuple[int, Claim]]:
    """The units of claims that parts name: (index of the claim, the claim with those units only).

    Claims are cut in the order given, and a unit once, however many parts name it.

    Raises:
        ClaimMissing: A part is more than what the claims hold for it.
    """
    left = [claim.quantity for claim in claims]
    for part in parts:
        wanted = part.quantity
        for index, claim in enumerate(claims):
            if part.covers(claim):
                units = min(wanted, left[index])
                wanted -= units
                left[index] -= units
        if wanted:
            raise ClaimMissing(part.holder_id)
    return [
        (index, Claim(claim.holder_id, claim.line_no, claim.key, claim.quantity - left[index]))
        for index, claim in enumerate(claims)
        if left[index] < claim.quantity
    ]


def per_key(units: Iterable[tuple[StockKey, int]]) -> dict[StockKey, int]:
    """Units summed per stock row, so that a repeated row is counted once."""
    sums: dict[StockKey, int] = {}
    for key, quantity in units:
        sums[key] = sums.get(key, 0) + quantity
    return sums


def per_line(claims: Iterable[Claim]) -> dict[tuple[int, UUID], int]:
    """Units of claims of one holder, summed per line and sku."""
    sums: dict[tuple[int, UUID], int] = defaultdict(int)
    for claim in claims:
        sums[claim.line_no, claim.key.sku_id] += claim.quantity
    return dict(sums)


def first_expired_first_out(row: StockRow) -> tuple[bool, date, UUID]:
    """FEFO: lots that expire come before those that do not, the earliest first."""
    return (row.expires_on is None, row.expires_on or date.max, row.key.lot_id)


def nearness(here: str | None, there: str | None) -> int:
    """Shared administrative levels of two village codes: 0 none, 1 province ... 4 village."""
    if not here or not there:
        return 0
    shared = 0
    for mine, theirs in zip(here.split("."), there.split("."), strict=False):
        if mine != theirs:
            break
        shared += 1
    return shared


def _hold_back(lots: Sequence[StockRow], safety: int) -> None:
    for row in reversed(lots):
        kept = min(max(row.free, 0), safety)
        row.free -= kept
        safety -= kept
