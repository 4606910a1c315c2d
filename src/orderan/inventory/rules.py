"""Which units serve a demand: the cheapest places that have all of it, oldest expiry first."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from orderan.inventory.errors import ClaimMissing
from orderan.inventory.models import (
    Candidate,
    Claim,
    Demand,
    Lots,
    Part,
    Shortfall,
    StockKey,
    StockRow,
    Taken,
    Weighed,
)
from orderan.kit.ids import NIL
from orderan.sourcing import FIRST_RULES, Offering, SourcingRules, choose, cost_of, searched

SOURCING_RULE = "cheapest_places@2"
MOST_WEIGHED = 8
"""Candidates kept with a choice beside those that decided it: enough to see what else there was."""
FULL_MINOR = 10**12
"""What a place costs that serves as many orders as it can a day: more than all others together."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """Places for a demand: indexes of all that cost, of those that have something, and of those chosen.

    Attributes:
        mattered: Places without which another choice might have been made.
    """

    order: Sequence[tuple[int, int]]
    places: Sequence[int]
    mattered: Collection[int]
    how: str
    cost_minor: int


class Pool:
    """Locked stock of a batch; each demand that is met leaves less for the next.

    Expired lots are not among the rows. Safety stock is held back per sku and location, out of the
    lots that would be picked last. Places are numbered within: an id is slow to look up by.
    """

    def __init__(
        self,
        rows: Iterable[StockRow],
        rules: SourcingRules = FIRST_RULES,
        served: Mapping[UUID, int] | None = None,
    ) -> None:
        """Args:
        served: Orders each location serves already today, of those that can serve so many a day.
        """
        self._rules = rules
        self._places: list[Candidate] = []
        self._number: dict[UUID, int] = {}
        self._rows: dict[UUID, dict[int, list[StockRow]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            self._rows[row.key.sku_id][self._numbered(row)].append(row)
        for by_place in self._rows.values():
            for lots in by_place.values():
                lots.sort(key=first_expired_first_out)
                _hold_back(lots, lots[0].safety)
                if rules.owners_first:
                    lots.sort(key=lambda row: row.key.owner_id == NIL)
        self._net = {beyond: self._sums(beyond_stock=beyond) for beyond in (True, False)}
        self._ways: dict[tuple[str | None, UUID | None], list[tuple[int, int]]] = {}
        self._most = {
            self._number[location]: place.orders_a_day
            for location, place in rules.places.items()
            if place.orders_a_day is not None and location in self._number
        }
        self._served = defaultdict(
            int, {self._number[one]: orders for one, orders in (served or {}).items() if one in self._number}
        )

    def take(self, demand: Demand) -> Taken | tuple[Shortfall, ...]:
        """Meet a demand and lessen the pool, or say what is short and leave it as it was."""
        wanted = _summed(demand)
        choice = self._choose(demand, wanted)
        if not isinstance(choice, _Choice):
            return choice
        weighed = self._weigh(wanted, choice, demand)
        claims = self._claim(demand, choice)
        reasons = [choice.how, ""]
        if claims:
            here = self._places[choice.places[0]].village_code
            reasons[1] = f"near:{nearness(here, demand.village_code)}"
        if any(place.full for place in weighed.places):
            reasons.append("full")
        return Taken(claims, tuple(reasons), weighed, choice.cost_minor)

    def hold(self, demand: Demand, *, under: int) -> Taken | None:
        """Take as `take` does, without what it was chosen from; None where it is short or costs as much as `under`."""
        choice = self._choose(demand, _summed(demand), told=False)
        if not isinstance(choice, _Choice) or choice.cost_minor >= under:
            return None
        return Taken(self._claim(demand, choice), cost_minor=choice.cost_minor)

    def price(self, demand: Demand) -> int | None:
        """What serving the demand would cost now; None where something is short."""
        choice = self._choose(demand, _summed(demand), told=False)
        return choice.cost_minor if isinstance(choice, _Choice) else None

    def give_back(self, taken: Taken) -> None:
        """Undo what a demand took."""
        self._move(taken.claims, -1)

    def take_again(self, taken: Taken) -> None:
        """Take what was given back, from where it was."""
        self._move(taken.claims, 1)

    def cost_at(self, demand: Demand, locations: Collection[UUID]) -> int:
        """What serving the demand from these places costs, a full one as if it were not."""
        costs = dict(self._costs(demand))
        ways = sum(costs[self._number[one]] % FULL_MINOR for one in locations if one in self._number)
        return ways + self._rules.split_minor * max(len(locations) - 1, 0)

    def cheaper(self, demand: Demand, than: int) -> set[UUID]:
        """Locations that cost the demand less than so many rupiah."""
        return {self._places[place].location_id for place, cost in self._costs(demand) if cost < than}

    def _numbered(self, row: StockRow) -> int:
        location = row.key.location_id
        if location not in self._number:
            self._number[location] = len(self._places)
            minor = self._rules.place(location).order_minor
            self._places.append(Candidate(location, row.rank, row.village_code, minor))
        return self._number[location]

    def _sums(self, *, beyond_stock: bool) -> dict[UUID, list[int]]:
        """Units of each sku by place."""
        found = {}
        for sku, by_place in self._rows.items():
            found[sku] = [0] * len(self._places)
            for place, lots in by_place.items():
                found[sku][place] = sum(row.open_to(beyond_stock=beyond_stock) for row in lots)
        return found

    def _is_full(self, place: int) -> bool:
        return place in self._most and self._served[place] >= self._most[place]

    def _costs(self, demand: Demand) -> list[tuple[int, int]]:
        """Each place and what it costs the demand, the cheapest first and then by rank."""
        known = self._ways.get((demand.village_code, demand.only_at))
        if known is not None:
            return known
        found = []
        for number, place in enumerate(self._places):
            if demand.only_at in (None, place.location_id):
                way = self._rules.way_minor[nearness(place.village_code, demand.village_code)]
                cost = way + place.order_minor + (FULL_MINOR if self._is_full(number) else 0)
                found.append((cost, place.rank, number))
        found.sort(key=lambda one: one[:2])
        order = [(number, cost) for cost, _, number in found]
        if not self._most:
            self._ways[demand.village_code, demand.only_at] = order
        return order

    def _choose(
        self, demand: Demand, wanted: Mapping[UUID, int], *, told: bool = True
    ) -> _Choice | tuple[Shortfall, ...]:
        """Args:
        told: Say what mattered and how it was chosen too, which takes as long again.
        """
        order, units = self._costs(demand), list(wanted.values())
        net = self._net[demand.beyond_stock]
        by_sku = [net.get(sku) or [0] * len(self._places) for sku in wanted]
        if demand.refuses:
            by_sku = [self._without(demand, sku, of) for sku, of in zip(wanted, by_sku, strict=True)]
        if short := self._shortfalls(wanted, order, by_sku, everywhere=demand.only_at is None):
            return short
        split = self._rules.split_minor
        whole = demand.value_minor < self._rules.whole_below_minor
        pairs = list(zip(by_sku, units, strict=True))
        if pairs and (single := _whole(order, pairs, split, whole=whole)):
            place, cost = single
            return _Choice(order, [place], (place,), "whole", cost)
        offering, places = [], []
        for place, cost in order:
            has = tuple([0 if (free := of[place]) <= 0 else min(free, quantity) for of, quantity in pairs])
            if any(has):
                offering.append(Offering(cost, has))
                places.append(place)
        chosen = choose(offering, units, split_minor=split, whole=whole) if units else ()
        if chosen is None:
            # What is sold below nothing lies at other places than what is left: all of them serve.
            chosen = tuple(range(len(offering)))
        cost, at_places = cost_of(offering, chosen, split), [places[at] for at in chosen]
        if not told:
            return _Choice(order, at_places, (), "", cost)
        looked_at = searched(offering, units) if len(chosen) > 1 else None
        mattered = {places[at] for at in (*chosen, *(looked_at or ()))}
        return _Choice(order, at_places, mattered, _how(offering, units, chosen), cost)

    def _shortfalls(
        self,
        wanted: Mapping[UUID, int],
        order: Sequence[tuple[int, int]],
        by_sku: Sequence[Sequence[int]],
        *,
        everywhere: bool,
    ) -> tuple[Shortfall, ...]:
        short = []
        for (sku, quantity), of in zip(wanted.items(), by_sku, strict=True):
            free = sum(of) if everywhere else sum(of[place] for place, _ in order)
            if free < quantity:
                short.append(Shortfall(sku, quantity, free))
        return tuple(short)

    def _without(self, demand: Demand, sku: UUID, by_place: Sequence[int]) -> list[int]:
        """Units of a sku by place, without those that do not keep long enough for the demand."""
        left = list(by_place)
        for place, lots in self._rows.get(sku, {}).items():
            left[place] -= sum(
                max(row.open_to(beyond_stock=demand.beyond_stock), 0)
                for row in lots
                if row.key in demand.refuses
            )
        return left

    def _weigh(self, wanted: Mapping[UUID, int], choice: _Choice, demand: Demand) -> Weighed:
        """What there is before it is taken, down to the last place that mattered.

        Of a place's lots as many as cover what is wanted, and those sold below nothing, which count
        against it wherever they lie.
        """
        beyond_stock = demand.beyond_stock
        missing = list(wanted.values())
        needed = [
            quantity
            - sum(
                free
                for lots in self._rows[sku].values()
                for row in lots
                if (free := row.open_to(beyond_stock=beyond_stock)) < 0
            )
            for sku, quantity in wanted.items()
        ]
        places: list[Candidate] = []
        lots: list[Lots] = []
        left_over = set(choice.mattered)
        for place, _ in choice.order:
            if not left_over and len(places) >= MOST_WEIGHED and max(missing) <= 0:
                break
            before = len(lots)
            for at, sku in enumerate(wanted):
                left = needed[at]
                for row in self._rows[sku].get(place, ()):
                    free = row.open_to(beyond_stock=beyond_stock)
                    if free > 0 and row.key in demand.refuses:
                        continue
                    if free < 0 or (free > 0 and left > 0):
                        lots.append(Lots(len(places), at, row.key, free, row.expires_on))
                        left -= max(free, 0)
                        missing[at] -= free
            if len(lots) > before:
                full = self._is_full(place)
                places.append(self._places[place]._replace(full=True) if full else self._places[place])
            left_over.discard(place)
        return Weighed(places, lots, self._rules)

    def _claim(self, demand: Demand, choice: _Choice) -> list[Claim]:
        claims = []
        for want in demand.wants:
            left = want.quantity
            for place in choice.places:
                for row in self._rows[want.sku_id].get(place, ()):
                    if row.key in demand.refuses:
                        continue
                    if left and (free := row.open_to(beyond_stock=demand.beyond_stock)) > 0:
                        units = min(left, free)
                        self._lessen(row, place, units)
                        left -= units
                        claims.append(Claim(demand.holder_id, want.line_no, row.key, units))
        self._count(claims, 1)
        return claims

    def _lessen(self, row: StockRow, place: int, units: int) -> None:
        before = row.open_to(beyond_stock=False)
        row.free -= units
        sku = row.key.sku_id
        self._net[True][sku][place] -= units
        self._net[False][sku][place] += row.open_to(beyond_stock=False) - before

    def _move(self, claims: Sequence[Claim], sign: int) -> None:
        for claim in claims:
            place = self._number[claim.key.location_id]
            row = next(row for row in self._rows[claim.key.sku_id][place] if row.key is claim.key)
            self._lessen(row, place, sign * claim.quantity)
        self._count(claims, sign)

    def _count(self, claims: Sequence[Claim], by: int) -> None:
        if self._most:
            for place in {self._number[claim.key.location_id] for claim in claims}:
                self._served[place] += by


def _summed(demand: Demand) -> dict[UUID, int]:
    wanted: dict[UUID, int] = defaultdict(int)
    for want in demand.wants:
        wanted[want.sku_id] += want.quantity
    return wanted


def _whole(
    order: Sequence[tuple[int, int]],
    wanted: Sequence[tuple[Sequence[int], int]],
    split_minor: int,
    *,
    whole: bool,
) -> tuple[int, int] | None:
    """The cheapest place that has everything and what it costs; None where there is none, or a set may be cheaper."""
    for place, cost in order:
        for of, quantity in wanted:
            if of[place] < quantity:
                break
        else:
            # No set costs less than the two cheapest places there are.
            if whole or len(order) < 2 or cost <= order[0][1] + order[1][1] + split_minor:
                return place, cost
            return None
    return None


def _how(offering: Sequence[Offering], wanted: Sequence[int], chosen: Sequence[int]) -> str:
    """Whole from one place; split as none has it whole; apart as several are cheaper than one that has."""
    if len(chosen) <= 1:
        return "whole"
    has_whole = any(
        all(units >= want for units, want in zip(one.has, wanted, strict=True)) for one in offering
    )
    return "apart" if has_whole else "split"


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
