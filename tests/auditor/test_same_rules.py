"""The audit tells the rules of money and of the headline in SQL; here both ways answer a whole grid.

Each point of a grid is stored as the Python function has it: the audit must find nothing. Stored
otherwise it must find every one, which shows that it looked.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, product
from typing import Any

import pytest

from conftest import ShopFloor
from given import a_shop, asked, place
from orderan.auditor import CHECKS, Verdict, audit
from orderan.flows.place_order import Placed
from orderan.fulfilment import TaskState
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.orders import Commercial, Headline, Terms, headline
from orderan.orders.headlines import Tally
from orderan.payments import Money, MoneyKind, Standing, room_for, standing

pytestmark = pytest.mark.anyio

K = MoneyKind
TAKEN = [
    {
        K.CAPTURED: captured,
        K.COD_COLLECTED: collected,
        K.CAPTURE_REVERSED: reversed_,
        K.COD_REMITTED: remitted,
    }
    for captured, collected, reversed_ in product((0, 6, 10, 13), (0, 4, 10), (0, 6))
    for remitted in {0, collected // 2, collected}
]
GIVEN_BACK = [
    {K.REFUNDED: refunded, K.REFUND_REVERSED: reversed_, K.CREDITED: credited}
    for refunded, reversed_, credited in ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (10, 0, 7))
]
ATTEMPTS: list[dict[MoneyKind, int]] = [
    {},
    {K.PENDING: 5},
    {K.UNKNOWN: 5},
    {K.PENDING: 5, K.PENDING_CLEARED: 5},
    {K.UNKNOWN: 5, K.UNKNOWN_CLEARED: 5},
    {K.PENDING: 5, K.UNKNOWN: 5},
]


COVERED: list[dict[MoneyKind, int]] = [
    {K.PROMOTION_GRANTED: 4},
    {K.PROMOTION_GRANTED: 10, K.PROMOTION_WITHDRAWN: 6},
]


def possible(sums: Mapping[MoneyKind, int]) -> bool:
    """Whether the ledger would ever hold these sums."""
    without = [(kind, {**sums, kind: 0}) for kind in sums]
    rooms = [(sums[kind], room_for(kind, others)) for kind, others in without]
    return all(room is None or amount <= room for amount, room in rooms)


@dataclass(frozen=True)
class Point:
    """Sums of an order's events, what it costs, on which terms."""

    sums: dict[MoneyKind, int]
    total_minor: int
    terms: Terms

    @property
    def stands(self) -> Standing:
        return standing(self.sums, total_minor=self.total_minor, terms=self.terms)


def money_grid() -> Iterator[Point]:
    for taken, back, attempt, forgone in product(TAKEN, GIVEN_BACK, ATTEMPTS, (0, 4, 10)):
        sums = {kind: amount for kind, amount in {**taken, **back, **attempt}.items() if amount}
        if possible(sums):
            whole = sums | ({K.FORGONE: forgone} if forgone else {})
            for total, terms in product((0, 10), Terms):
                yield Point(whole, total, terms)
    for taken, back, cover in product(TAKEN, GIVEN_BACK, COVERED):
        sums = {kind: amount for kind, amount in {**taken, **back, **cover}.items() if amount}
        if possible(sums):
            for total, terms in product((4, 10), Terms):
                yield Point(sums, total, terms)


def one_check(database_url: str, name: str, now: datetime) -> Verdict:
    [verdict] = audit(database_url, now=now, checks=[c for c in CHECKS if c.name == name]).verdicts
    return verdict


@pytest.fixture
async def one_order(floor: ShopFloor, keyring: Keyring, now: datetime) -> Placed:
    """What every point of a grid is a copy of."""
    world = await a_shop(floor, now, stock={"kopi": 9})
    [placed] = await place(world, keyring, asked(("kopi", 3), terms=Terms.COD), now=now)
    assert isinstance(placed, Placed)
    return placed


async def copies(floor: ShopFloor, placed: Placed, changes: list[dict[str, Any]]) -> None:
    """Copies of an order, each with its own id, number and whatever is said of it."""

    async def command(tx: Tx) -> None:
        there = await tx.all(
            """
            SELECT attname FROM pg_attribute
            WHERE attrelid = 'sales_order'::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped
            """
        )
        columns = ", ".join(row.attname for row in there)
        await tx.run(
            f"""
            INSERT INTO sales_order ({columns})
            SELECT {columns}
            FROM (SELECT (jsonb_populate_record(source, said.change)).*
                  FROM sales_order AS source
                  CROSS JOIN unnest(%(changes)s::jsonb[]) AS said (change)
                  WHERE source.shop_id = %(shop)s AND source.id = %(source)s) AS made
            """,
            {"shop": tx.shop_id, "source": placed.order.id, "changes": [_json(change) for change in changes]},
        )

    await floor.run(command)


def _json(change: dict[str, Any]) -> str:
    return json.dumps(change, default=str)


async def test_the_audit_derives_the_money_state_that_standing_derives(
    floor: ShopFloor, one_order: Placed, database_url: str, now: datetime
) -> None:
    grid = {new_id(): point for point in money_grid()}
    assert {point.stands.state for point in grid.values()} == set(Money)
    await copies(
        floor,
        one_order,
        [
            {
                "id": order_id,
                "number": 1_000_000 + turn,
                "terms": point.terms,
                "goods_minor": point.total_minor,
                "total_minor": point.total_minor,
                "money": point.stands.state,
                "paid_minor": point.stands.paid_minor,
                "refunded_minor": point.stands.refunded_minor,
                "forgone_minor": point.stands.forgone_minor,
                "credited_minor": point.stands.credited_minor,
                "covered_minor": point.stands.covered_minor,
            }
            for turn, (order_id, point) in enumerate(grid.items())
        ],
    )
    booked = [
        (order_id, seq, str(kind), amount)
        for order_id, point in grid.items()
        for seq, (kind, amount) in enumerate(point.sums.items(), 1)
    ]

    async def book(tx: Tx) -> None:
        await tx.run(
            """
            INSERT INTO payment_event (shop_id, order_id, seq, kind, method, amount_minor, currency, actor, at)
            SELECT %(shop)s, order_id, seq, kind, 'cash', amount, 'IDR', 'system:test', %(now)s
            FROM unnest(%(orders)s::uuid[], %(seqs)s::int[], %(kinds)s::text[], %(amounts)s::bigint[])
                 AS made (order_id, seq, kind, amount)
            """,
            {
                "shop": tx.shop_id,
                "now": now,
                "orders": [row[0] for row in booked],
                "seqs": [row[1] for row in booked],
                "kinds": [row[2] for row in booked],
                "amounts": [row[3] for row in booked],
            },
        )

    await floor.run(book)

    assert one_check(database_url, "money.equals_ledger", now).findings == ()

    # The control: any other word is found, at every point.
    await floor.all(
        "UPDATE sales_order SET money = CASE money WHEN 'paid' THEN 'unpaid' ELSE 'paid' END RETURNING 1"
    )
    assert one_check(database_url, "money.equals_ledger", now).found == len(grid) + 1


@dataclass(frozen=True)
class Axes:
    """What a headline is computed from."""

    commercial: Commercial
    units: Tally
    tasks: tuple[TaskState, ...]

    @property
    def word(self) -> Headline:
        return headline(self.commercial, self.units, {*self.tasks} - {TaskState.CANCELLED})


def axes_grid() -> Iterator[Axes]:
    units = [
        Tally(3, cancelled, shipped, delivered, returned)
        for cancelled in range(4)
        for shipped in range(4 - cancelled)
        for delivered in {0, shipped}
        for returned in range(shipped + 1)
    ]
    tasks = [some for size in range(4) for some in combinations(TaskState, size)]
    for commercial, tally, states in product(Commercial, units, tasks):
        yield Axes(commercial, tally, states)


async def test_the_audit_computes_the_headline_that_its_function_computes(
    floor: ShopFloor, one_order: Placed, database_url: str, now: datetime
) -> None:
    grid = {new_id(): axes for axes in axes_grid()}
    assert {axes.word for axes in grid.values()} == set(Headline)
    await copies(
        floor,
        one_order,
        [
            {
                "id": order_id,
                "number": 1_000_000 + turn,
                "commercial": axes.commercial,
                "headline": axes.word,
                "hold_until": now,
            }
            for turn, (order_id, axes) in enumerate(grid.items())
        ],
    )

    async def fill(tx: Tx) -> None:
        tallies = [axes.units for axes in grid.values()]
        await tx.run(
            """
            INSERT INTO order_line (shop_id, order_id, line_no, sku_id, sku_code, title, unit_price_minor, quantity,
                                    cancelled, picked, packed, shipped, delivered, returned, goods_minor,
                                    discount_minor, tax_minor, tax_class, tax_rate_bp)
            SELECT %(shop)s, order_id, 1, order_id, 'kopi', 'Kopi', 0, ordered, cancelled, shipped, shipped, shipped,
                   delivered, returned, 0, 0, 0, 'ppn', 0
            FROM unnest(%(orders)s::uuid[], %(ordered)s::int[], %(cancelled)s::int[], %(shipped)s::int[],
                        %(delivered)s::int[], %(returned)s::int[])
                 AS made (order_id, ordered, cancelled, shipped, delivered, returned)
            """,
            {
                "shop": tx.shop_id,
                "orders": list(grid),
                "ordered": [tally.ordered for tally in tallies],
                "cancelled": [tally.cancelled for tally in tallies],
                "shipped": [tally.shipped for tally in tallies],
                "delivered": [tally.delivered for tally in tallies],
                "returned": [tally.returned for tally in tallies],
            },
        )
        work = [(new_id(), order_id, str(state)) for order_id, axes in grid.items() for state in axes.tasks]
        await tx.run(
            """
            INSERT INTO task (shop_id, id, order_id, location_id, state, order_cleared, planned_at)
            SELECT %(shop)s, made.id, made.order_id, place.location_id, made.state,
                   CASE WHEN made.state NOT IN ('planned', 'cancelled') THEN TRUE END, %(now)s
            FROM unnest(%(ids)s::uuid[], %(orders)s::uuid[], %(states)s::text[]) AS made (id, order_id, state)
            CROSS JOIN (SELECT location_id FROM task WHERE shop_id = %(shop)s LIMIT 1) AS place
            """,
            {
                "shop": tx.shop_id,
                "now": now,
                "ids": [row[0] for row in work],
                "orders": [row[1] for row in work],
                "states": [row[2] for row in work],
            },
        )

    await floor.run(fill)

    assert one_check(database_url, "orders.headline_is_true", now).findings == ()

    # The control: any other word is found, at every point.
    await floor.all(
        "UPDATE sales_order SET headline = CASE headline WHEN 'packed' THEN 'shipped' ELSE 'packed' END RETURNING 1"
    )
    assert one_check(database_url, "orders.headline_is_true", now).found == len(grid) + 1
