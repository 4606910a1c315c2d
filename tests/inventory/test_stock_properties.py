"""Whatever is done to stock by whomever, the books agree.

A machine receives, expects, adjusts, takes, allocates, releases, dispatches, takes back, sets aside,
restores, writes off, moves claims and transfers, by several holders and in any order. Beside the
database it keeps books of its own, in plain dictionaries, and says beforehand whether an
operation must be refused. After every step the counters, the ledger and the claims are held
against those books, and no unit is made or lost: what all accounts hold sums to zero.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from conftest import ShopFloor
from given import JAKARTA, SURABAYA, World, a_shop
from orderan.inventory import (
    Arrival,
    Bucket,
    Claim,
    ClaimMissing,
    ClaimState,
    Demand,
    NotDispatched,
    Part,
    Receipt,
    StockKey,
    StockShort,
    Taken,
    TakenBack,
    Travel,
    Want,
    adjust_stock,
    allocate_claims,
    dispatch_claims,
    dispatch_transfer,
    expect_stock,
    move_claims,
    open_transfer,
    receive_stock,
    receive_transfer,
    release_claims,
    restore_stock,
    set_aside,
    set_policy,
    take_back,
    take_stock,
    write_off,
)
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import NIL, new_id
from orderan.shops import Shop, open_shop

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
SKUS = ("kopi", "gula")
PLACES = ("JKT", "SBY")
ASIDE = (Bucket.DAMAGED, Bucket.QUARANTINE)

skus = st.sampled_from(SKUS)
places = st.sampled_from(PLACES)
units = st.integers(1, 6)
holders = st.integers(0, 3)
Account = tuple[UUID, UUID, Bucket]


class Books:
    """Accounts by (location, sku, bucket), promises by claim, what each holder has, what travels."""

    def __init__(self) -> None:
        self.units: Counter[Account] = Counter()
        self.claims: dict[tuple[UUID, int, StockKey], tuple[ClaimState, int]] = {}
        self.with_holder: Counter[tuple[UUID, UUID]] = Counter()
        self.safety: Counter[tuple[UUID, UUID]] = Counter()
        self.travelling: dict[UUID, tuple[UUID, UUID, int]] = {}

    def move(
        self, sku: UUID, quantity: int, source: tuple[UUID, Bucket], target: tuple[UUID, Bucket]
    ) -> None:
        self.units[source[0], sku, source[1]] -= quantity
        self.units[target[0], sku, target[1]] += quantity

    def of(self, place: UUID, sku: UUID, bucket: Bucket = Bucket.FREE) -> int:
        return self.units[place, sku, bucket]

    def sellable(self, place: UUID, sku: UUID) -> int:
        return max(0, self.of(place, sku) - self.safety[place, sku])

    def state_of(self, holder: UUID) -> ClaimState | None:
        """A holder's claims are all reserved or all allocated, as an order's are."""
        return next((state for (who, _, _), (state, _) in self.claims.items() if who == holder), None)

    def promise(self, claim: Claim, state: ClaimState) -> None:
        place, sku = claim.key.location_id, claim.key.sku_id
        self.move(sku, claim.quantity, (place, Bucket.FREE), (place, Bucket(state.value)))
        of = (claim.holder_id, claim.line_no, claim.key)
        how, before = self.claims.get(of, (state, 0))
        assert how is state
        self.claims[of] = (state, before + claim.quantity)

    def withdraw(self, claim: Claim, target: UUID | None = None) -> ClaimState:
        """Take a claim off, its units going free or to an account."""
        of = (claim.holder_id, claim.line_no, claim.key)
        state, before = self.claims.pop(of)
        assert before >= claim.quantity
        if before > claim.quantity:
            self.claims[of] = (state, before - claim.quantity)
        place = claim.key.location_id
        self.move(
            claim.key.sku_id, claim.quantity, (place, Bucket(state.value)), (target or place, Bucket.FREE)
        )
        return state


class Stock(RuleBasedStateMachine):
    """One shop, two places, two skus, four holders."""

    runner: asyncio.Runner
    db: Database

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.holders = [new_id() for _ in range(4)]
        self.world: World = self.runner.run(self.open())
        # Something to fight over from the first step: an empty shelf only teaches refusals.
        for place in PLACES:
            for sku in SKUS:
                self.receive_units(sku, place, 6)

    async def open(self) -> World:
        async def opening(tx: Tx) -> Shop:
            return await open_shop(tx, code=str(new_id()), name="Toko Uji", now=NOW)

        shop = await self.db.run(Caller(ALL_SHOPS, "system:test"), opening)
        floor = ShopFloor(self.db, shop, Caller(shop.shop_id, "staff:test"))
        return await a_shop(
            floor, NOW, stock=dict.fromkeys(SKUS, 0), places={"JKT": JAKARTA, "SBY": SURABAYA}
        )

    def do(self, work: Callable[[Tx], Awaitable[Any]]) -> Any:
        return self.runner.run(self.world.floor.run(work))

    def at(self, name: str) -> UUID:
        return self.world.locations[name]

    def key(self, sku: str, place: str) -> StockKey:
        return StockKey(self.world.skus[sku], self.at(place), NIL, NIL)

    def refused(self, kind: type[Refusal], work: Callable[[Tx], Awaitable[Any]]) -> None:
        outcome = None
        with suppress(kind):
            outcome = self.do(work)
        assert outcome is None, f"{outcome} should have been {kind.__name__}"

    @rule(sku=skus, place=places, quantity=units, expected=st.booleans())
    def receive(self, sku: str, place: str, quantity: int, expected: bool) -> None:
        self.receive_units(sku, place, quantity, expected=expected)

    def receive_units(self, sku: str, place: str, quantity: int, *, expected: bool = False) -> None:
        key = self.key(sku, place)
        receipt = Receipt(key.sku_id, key.location_id, quantity)
        self.do(lambda tx: receive_stock(tx, [receipt], expected=expected, now=NOW))
        supplier = self.at("SUPPLIER")
        kept = min(quantity, self.books.of(key.location_id, key.sku_id, Bucket.INCOMING)) if expected else 0
        self.books.move(key.sku_id, kept, (key.location_id, Bucket.INCOMING), (supplier, Bucket.FREE))
        self.books.move(key.sku_id, quantity, (supplier, Bucket.FREE), (key.location_id, Bucket.FREE))

    @rule(sku=skus, place=places, quantity=units)
    def expect(self, sku: str, place: str, quantity: int) -> None:
        key = self.key(sku, place)
        receipt = Receipt(key.sku_id, key.location_id, quantity)
        self.do(lambda tx: expect_stock(tx, [receipt], now=NOW))
        self.books.move(
            key.sku_id, quantity, (self.at("SUPPLIER"), Bucket.FREE), (key.location_id, Bucket.INCOMING)
        )

    @rule(sku=skus, place=places, changes=st.lists(st.integers(-4, 4), min_size=1, max_size=2))
    def adjust(self, sku: str, place: str, changes: list[int]) -> None:
        key = self.key(sku, place)
        pairs = [(key, change) for change in changes]

        async def work(tx: Tx) -> str:
            await adjust_stock(tx, pairs, reason="hitung", now=NOW)
            return "adjusted"

        total = sum(changes)
        if total < 0 and self.books.of(key.location_id, key.sku_id) + total < 0:
            self.refused(StockShort, work)
            return
        self.do(work)
        self.books.move(key.sku_id, total, (self.at("LOSS"), Bucket.FREE), (key.location_id, Bucket.FREE))

    @rule(sku=skus, place=places, safety=st.integers(0, 6))
    def hold_back(self, sku: str, place: str, safety: int) -> None:
        key = self.key(sku, place)
        self.do(
            lambda tx: set_policy(tx, key.sku_id, key.location_id, safety=safety, reorder_point=0, now=NOW)
        )
        self.books.safety[key.location_id, key.sku_id] = safety

    @rule(
        wants=st.lists(
            st.tuples(
                holders, st.lists(st.tuples(skus, units), min_size=1, max_size=3), st.sampled_from(ClaimState)
            ),
            min_size=1,
            max_size=3,
            unique_by=lambda want: want[0],
        )
    )
    def take(self, wants: list[tuple[int, list[tuple[str, int]], ClaimState]]) -> None:
        demands = []
        for who, lines, wish in wants:
            holder = self.holders[who]
            state = self.books.state_of(holder) or wish
            asked = [
                Want(number, self.world.skus[sku], wanted) for number, (sku, wanted) in enumerate(lines, 1)
            ]
            demands.append((Demand(holder, asked), state))
        answers = self.do(lambda tx: take_stock(tx, demands, now=NOW))
        for (demand, state), answer in zip(demands, answers, strict=True):
            wanted: Counter[UUID] = Counter()
            for want in demand.wants:
                wanted[want.sku_id] += want.quantity
            free = {sku: sum(self.books.sellable(self.at(place), sku) for place in PLACES) for sku in wanted}
            if any(wanted[sku] > free[sku] for sku in wanted):
                assert isinstance(answer, StockShort)
                assert {(short.sku_id, short.wanted, short.free) for short in answer.shortfalls} == {
                    (sku, wanted[sku], free[sku]) for sku in wanted if wanted[sku] > free[sku]
                }
                continue
            assert isinstance(answer, Taken)
            taken: Counter[UUID] = Counter()
            for claim in answer.claims:
                taken[claim.key.sku_id] += claim.quantity
                self.books.promise(claim, state)
            assert taken == wanted

    @rule(who=holders)
    def allocate(self, who: int) -> None:
        holder = self.holders[who]
        self.do(lambda tx: allocate_claims(tx, [holder], now=NOW))
        for of, (state, quantity) in list(self.books.claims.items()):
            if of[0] == holder and state is ClaimState.RESERVED:
                self.books.claims[of] = (ClaimState.ALLOCATED, quantity)
                place = of[2].location_id
                self.books.move(of[2].sku_id, quantity, (place, Bucket.RESERVED), (place, Bucket.ALLOCATED))

    def part(self, who: int, sku: str, quantity: int) -> Part:
        return Part(self.holders[who], 1, self.world.skus[sku], quantity)

    def claimed(self, part: Part, *states: ClaimState) -> int:
        return sum(
            quantity
            for (holder, line, key), (state, quantity) in self.books.claims.items()
            if (holder, line, key.sku_id) == (part.holder_id, part.line_no, part.sku_id) and state in states
        )

    @rule(who=holders, sku=skus, quantity=units)
    def release_some(self, who: int, sku: str, quantity: int) -> None:
        part = self.part(who, sku, quantity)

        async def work(tx: Tx) -> list[Claim]:
            return await release_claims(tx, [part.holder_id], parts=[part], now=NOW)

        if quantity > self.claimed(part, *ClaimState):
            self.refused(ClaimMissing, work)
            return
        released = self.do(work)
        assert sum(claim.quantity for claim in released) == quantity
        for claim in released:
            self.books.withdraw(claim)

    @rule(who=holders)
    def release_all(self, who: int) -> None:
        holder = self.holders[who]
        released = self.do(lambda tx: release_claims(tx, [holder], now=NOW))
        for claim in released:
            self.books.withdraw(claim)
        assert not any(of[0] == holder for of in self.books.claims)

    @rule(who=holders, sku=skus, quantity=units)
    def dispatch(self, who: int, sku: str, quantity: int) -> None:
        part = self.part(who, sku, quantity)

        async def work(tx: Tx) -> list[Claim]:
            return await dispatch_claims(tx, [part], now=NOW)

        if quantity > self.claimed(part, ClaimState.ALLOCATED):
            self.refused(ClaimMissing, work)
            return
        for claim in self.do(work):
            assert self.books.withdraw(claim, self.at("CUSTOMER")) is ClaimState.ALLOCATED
            self.books.with_holder[claim.holder_id, claim.key.sku_id] += claim.quantity

    @rule(who=holders, sku=skus, place=places, quantity=units, into=st.sampled_from((Bucket.FREE, *ASIDE)))
    def come_back(self, who: int, sku: str, place: str, quantity: int, into: Bucket) -> None:
        holder, key = self.holders[who], self.key(sku, place)
        back = TakenBack(holder, key.sku_id, key.location_id, quantity, into)

        async def work(tx: Tx) -> str:
            await take_back(tx, [back], now=NOW)
            return "taken back"

        if quantity > self.books.with_holder[holder, key.sku_id]:
            self.refused(NotDispatched, work)
            return
        self.do(work)
        self.books.with_holder[holder, key.sku_id] -= quantity
        self.books.move(key.sku_id, quantity, (self.at("CUSTOMER"), Bucket.FREE), (key.location_id, into))

    @rule(sku=skus, place=places, quantity=units, bucket=st.sampled_from(ASIDE), how=st.sampled_from("srw"))
    def aside(self, sku: str, place: str, quantity: int, bucket: Bucket, how: str) -> None:
        key = self.key(sku, place)
        here = key.location_id
        ends = {
            "s": ((here, Bucket.FREE), (here, bucket)),
            "r": ((here, bucket), (here, Bucket.FREE)),
            "w": ((here, bucket), (self.at("LOSS"), Bucket.FREE)),
        }[how]

        async def work(tx: Tx) -> str:
            if how == "s":
                await set_aside(tx, {key: quantity}, into=bucket, reason="uji", now=NOW)
            elif how == "r":
                await restore_stock(tx, {key: quantity}, out_of=bucket, reason="uji", now=NOW)
            else:
                await write_off(tx, {key: quantity}, out_of=bucket, reason="uji", now=NOW)
            return "moved"

        if quantity > self.books.of(here, key.sku_id, ends[0][1]):
            self.refused(StockShort, work)
            return
        self.do(work)
        self.books.move(key.sku_id, quantity, *ends)

    @rule(who=holders, sku=skus, quantity=units, place=places)
    def serve_from_elsewhere(self, who: int, sku: str, quantity: int, place: str) -> None:
        part, target = self.part(who, sku, quantity), self.at(place)

        async def work(tx: Tx) -> list[Claim]:
            return await move_claims(tx, [part], to_location=target, now=NOW)

        elsewhere = {
            of: found
            for of, found in self.books.claims.items()
            if (of[0], of[1], of[2].sku_id) == (part.holder_id, 1, part.sku_id)
            and of[2].location_id != target
        }
        if quantity > sum(found[1] for found in elsewhere.values()):
            self.refused(ClaimMissing, work)
            return
        if quantity > self.books.sellable(target, part.sku_id):
            self.refused(StockShort, work)
            return
        made = self.do(work)
        assert {claim.key.location_id for claim in made} == {target}
        assert sum(claim.quantity for claim in made) == quantity
        # There are two places and one lot, so the units came off the one claim elsewhere.
        [(holder, line, key)] = elsewhere
        state = self.books.withdraw(Claim(holder, line, key, quantity))
        for claim in made:
            self.books.promise(claim, state)

    @rule(sku=skus, place=places, quantity=units)
    def send(self, sku: str, place: str, quantity: int) -> None:
        key = self.key(sku, place)
        other = self.at(next(name for name in PLACES if name != place))

        async def work(tx: Tx) -> UUID:
            transfer = await open_transfer(
                tx,
                from_location=key.location_id,
                to_location=other,
                goods=[Travel(key.sku_id, quantity)],
                now=NOW,
            )
            await dispatch_transfer(tx, transfer.id, now=NOW)
            return transfer.id

        if quantity > self.books.of(key.location_id, key.sku_id):
            self.refused(StockShort, work)
            return
        self.books.travelling[self.do(work)] = (key.sku_id, other, quantity)
        self.books.move(
            key.sku_id, quantity, (key.location_id, Bucket.FREE), (self.at("TRANSIT"), Bucket.FREE)
        )

    @precondition(lambda self: self.books.travelling)
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        transfer_id = data.draw(st.sampled_from(sorted(self.books.travelling)))
        sku, target, under_way = self.books.travelling.pop(transfer_id)
        received = data.draw(st.integers(0, under_way))
        lost = data.draw(st.integers(0, under_way - received))
        arrival = Arrival(1, received, lost, "pecah" if lost else None)
        self.do(lambda tx: receive_transfer(tx, transfer_id, [arrival], now=NOW))
        transit = (self.at("TRANSIT"), Bucket.FREE)
        self.books.move(sku, received, transit, (target, Bucket.FREE))
        self.books.move(sku, lost, transit, (self.at("LOSS"), Bucket.FREE))
        if left := under_way - received - lost:
            self.books.travelling[transfer_id] = (sku, target, left)

    @invariant()
    def the_books_agree(self) -> None:
        rows, ledger, claims = self.runner.run(self.read())
        counted = {
            (row.location_id, row.sku_id): (
                row.on_hand,
                row.reserved,
                row.allocated,
                row.damaged,
                row.quarantine,
                row.incoming,
            )
            for row in rows
        }
        for place in map(self.at, PLACES):
            for sku in self.world.skus.values():
                kept = {bucket: self.books.of(place, sku, bucket) for bucket in Bucket}
                on_hand = kept[Bucket.FREE] + kept[Bucket.RESERVED] + kept[Bucket.ALLOCATED]
                expected = (
                    on_hand,
                    kept[Bucket.RESERVED],
                    kept[Bucket.ALLOCATED],
                    kept[Bucket.DAMAGED],
                    kept[Bucket.QUARANTINE],
                    kept[Bucket.INCOMING],
                )
                assert counted.get((place, sku), (0,) * 6) == expected
                assert min(expected) >= 0
        assert ledger == {account: quantity for account, quantity in self.books.units.items() if quantity}
        assert sum(ledger.values()) == 0
        assert claims == self.books.claims

    async def read(self) -> tuple[list[Any], dict[Account, int], dict[Any, Any]]:
        async def reading(tx: Tx) -> tuple[list[Any], list[Any], list[Any]]:
            of = {"shop": tx.shop_id}
            return (
                await tx.all("SELECT * FROM stock WHERE shop_id = %(shop)s", of),
                await tx.all(
                    """
                    SELECT location_id, sku_id, bucket, sum(units)::int AS units
                    FROM (
                        SELECT to_location AS location_id, sku_id, to_bucket AS bucket, quantity AS units
                        FROM movement WHERE shop_id = %(shop)s
                        UNION ALL
                        SELECT from_location, sku_id, from_bucket, -quantity FROM movement WHERE shop_id = %(shop)s
                    ) AS ends
                    GROUP BY location_id, sku_id, bucket
                    HAVING sum(units) <> 0
                    """,
                    of,
                ),
                await tx.all("SELECT * FROM claim WHERE shop_id = %(shop)s", of),
            )

        rows, ends, claims = await self.world.floor.run(reading)
        ledger = {(end.location_id, end.sku_id, Bucket(end.bucket)): end.units for end in ends}
        promised = {
            (
                claim.holder_id,
                claim.line_no,
                StockKey(claim.sku_id, claim.location_id, claim.owner_id, claim.lot_id),
            ): (ClaimState(claim.state), claim.quantity)
            for claim in claims
        }
        return rows, ledger, promised


def test_whatever_happens_to_stock_the_books_agree(database_url: str) -> None:
    with asyncio.Runner() as runner:
        database = Database(database_url, min_size=1, max_size=2)
        runner.run(database.open())
        Stock.runner, Stock.db = runner, database
        try:
            run_state_machine_as_test(
                Stock,
                settings=settings(
                    max_examples=40,
                    stateful_step_count=50,
                    deadline=None,
                    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
                ),
            )
        finally:
            runner.run(database.close())
