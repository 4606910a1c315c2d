"""Whatever is changed of an order, in whatever order, its change sets, versions, money and claims agree.

A machine opens, edits, previews, confirms and declines change sets, cancels units under them and pays.
Beside the database it keeps what stands of each line, in plain Python. After every step at most one change
set stands open, lines add up to the total, every standing unit is claimed once, and every version
replaced says what the order was.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from conftest import NOW, ShopFloor
from given import World, a_shop, asked, place
from orderan.flows.cancel_order import cancel_order
from orderan.flows.change_order import (
    Preview,
    confirm,
    decline_change,
    edit_change,
    open_change,
    preview_actions,
)
from orderan.flows.place_order import Placed
from orderan.flows.settle_payment import settle_payment
from orderan.inventory import StockShort
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import new_id
from orderan.orders import (
    AddLine,
    Change,
    ChangeNotOpen,
    ChangeOpen,
    ChangeOutdated,
    NothingChanged,
    NothingLeft,
    SetQuantity,
    Units,
    UnitsNotOpen,
)
from orderan.payments import MoneyEvent, MoneyKind
from orderan.pricing import TotalChanged
from orderan.shops import Shop, open_shop

PRICE = 10_000
STOCK = {"kopi": 6, "teh": 4}

actions = st.lists(
    st.one_of(
        st.builds(SetQuantity, st.just(1), st.integers(0, 5)),
        st.builds(AddLine, st.sampled_from(sorted(STOCK)), st.integers(1, 3)),
    ),
    min_size=1,
    max_size=2,
)
Actions = list[SetQuantity | AddLine]
Lines = dict[int, tuple[str, int]]


def after(lines: Lines, wanted: Actions) -> Lines:
    """What stands once the actions are done."""
    found = dict(lines)
    for one in wanted:
        if isinstance(one, AddLine):
            found[max(found) + 1] = (one.sku, one.quantity)
        else:
            found[one.line_no] = (found[one.line_no][0], one.quantity)
    return found


def standing(lines: Lines) -> Lines:
    return {number: line for number, line in lines.items() if line[1]}


def total(lines: Lines) -> int:
    return PRICE * sum(units for _, units in lines.values())


class Changing(RuleBasedStateMachine):
    """One shop and one order of two units."""

    runner: asyncio.Runner
    db: Database

    def __init__(self) -> None:
        super().__init__()
        self.lines: Lines = {1: ("kopi", 2)}
        self.versions: list[tuple[int, Lines]] = []
        self.open: tuple[UUID, Actions, int] | None = None
        self.last = new_id()
        self.paid = 0
        self.accepted = False
        self.world, self.order = self.runner.run(self.begin())

    async def begin(self) -> tuple[World, UUID]:
        async def opening(tx: Tx) -> Shop:
            return await open_shop(tx, code=str(new_id()), name="Toko Uji", now=NOW)

        shop = await self.db.run(Caller(ALL_SHOPS, "system:test"), opening)
        floor = ShopFloor(self.db, shop, Caller(shop.shop_id, "staff:test"))
        world = await a_shop(floor, NOW, stock=STOCK)
        [placed] = await place(world, Keyring(b"0" * 32), asked(("kopi", 2)), now=NOW)
        assert isinstance(placed, Placed)
        return world, placed.order.id

    def do(self, work: Callable[[Tx], Awaitable[Any]]) -> Any:
        """What came out, or the refusal."""
        try:
            return self.runner.run(self.world.floor.run(work))
        except Refusal as refusal:
            return refusal

    @property
    def version(self) -> int:
        return 1 + len(self.versions)

    def free(self) -> Counter[str]:
        free = Counter(STOCK)
        for sku, units in self.lines.values():
            free[sku] -= units
        return free

    def more(self, becomes: Lines) -> Counter[str]:
        """Units wanted of stock beyond what each line has already."""
        more: Counter[str] = Counter()
        for number, (sku, units) in becomes.items():
            more[sku] += max(units - self.lines.get(number, ("", 0))[1], 0)
        return more

    def replaced(self, becomes: Lines) -> None:
        self.versions.append((total(self.lines), standing(self.lines)))
        self.lines = becomes
        self.follow_money()

    def follow_money(self) -> None:
        self.accepted = self.accepted or self.paid >= total(self.lines)

    @rule(wanted=actions)
    def preview(self, wanted: Actions) -> None:
        answer = self.do(lambda tx: preview_actions(tx, self.order, wanted, now=NOW))
        becomes = after(self.lines, wanted)
        if not standing(becomes):
            assert type(answer) is NothingLeft
            return
        assert isinstance(answer, Preview)
        assert answer.becomes.sums.total_minor == total(becomes)
        assert answer.becomes.difference_minor == total(becomes) - total(self.lines)

    @rule(wanted=actions)
    def open_one(self, wanted: Actions) -> None:
        answer = self.do(lambda tx: open_change(tx, self.order, wanted, reason="uji", now=NOW))
        if self.open is not None:
            assert isinstance(answer, ChangeOpen)
            assert answer.change_id == self.open[0]
        elif not standing(after(self.lines, wanted)):
            assert type(answer) is NothingLeft
        else:
            assert isinstance(answer, Change)
            self.open, self.last = (answer.id, wanted, self.version), answer.id

    @rule(wanted=actions)
    def edit(self, wanted: Actions) -> None:
        answer = self.do(
            lambda tx: edit_change(tx, self.order, self.last, wanted, reason="uji lagi", now=NOW)
        )
        if self.open is None:
            assert type(answer) is ChangeNotOpen
        elif self.open[2] != self.version:
            assert type(answer) is ChangeOutdated
        elif not standing(after(self.lines, wanted)):
            assert type(answer) is NothingLeft
        else:
            assert isinstance(answer, Preview)
            self.open = (self.open[0], wanted, self.open[2])

    @rule(off=st.sampled_from((None, 0, 0, 1)))
    def confirm(self, off: int | None) -> None:
        becomes = after(self.lines, self.open[1]) if self.open else self.lines
        expected = None if off is None else total(becomes) + off
        answer = self.do(
            lambda tx: confirm(tx, self.order, self.last, expected_total_minor=expected, now=NOW)
        )
        if self.open is None:
            assert type(answer) is ChangeNotOpen
        elif self.open[2] != self.version:
            assert type(answer) is ChangeOutdated
        elif standing(becomes) == standing(self.lines):
            assert type(answer) is NothingChanged
        elif off:
            assert type(answer) is TotalChanged
        elif self.more(becomes) - self.free_after(becomes):
            assert type(answer) is StockShort
        else:
            assert isinstance(answer, Preview)
            assert (answer.order.version, answer.order.total_minor) == (self.version + 1, total(becomes))
            self.open = None
            self.replaced(becomes)

    def free_after(self, becomes: Lines) -> Counter[str]:
        """Free units once what the change gives back is back."""
        free = self.free()
        for number, (sku, units) in self.lines.items():
            free[sku] += max(units - becomes[number][1], 0)
        return free

    @rule()
    def decline(self) -> None:
        answer = self.do(lambda tx: decline_change(tx, self.order, self.last, now=NOW))
        assert answer is None if self.open else type(answer) is ChangeNotOpen
        self.open = None

    @rule(units=st.integers(1, 2))
    def cancel_some(self, units: int) -> None:
        """Somebody cancels units of the first line, but never the last unit of the order."""
        sku, stands = self.lines[1]
        if units < sum(left for _, left in self.lines.values()):
            answer = self.do(
                lambda tx: cancel_order(tx, self.order, units=[Units(1, units)], reason="uji", now=NOW)
            )
            if units > stands:
                assert type(answer) is UnitsNotOpen
            else:
                assert not isinstance(answer, Refusal)
                self.replaced(self.lines | {1: (sku, stands - units)})

    @rule(amount=st.sampled_from((PRICE, 2 * PRICE)))
    def pay(self, amount: int) -> None:
        event = MoneyEvent(self.order, MoneyKind.CAPTURED, "cash", amount, "IDR")
        assert not isinstance(self.do(lambda tx: settle_payment(tx, event, now=NOW)), Refusal)
        self.paid += amount
        self.follow_money()

    @invariant()
    def all_agree(self) -> None:
        order, lines, claims, changes, versions, stock = self.runner.run(self.read())
        assert (order.total_minor, order.paid_minor) == (total(self.lines), self.paid)
        assert (order.version, order.commercial) == (
            self.version,
            "accepted" if self.accepted else "awaiting_payment",
        )
        assert {line.line_no: (line.sku_code, line.quantity - line.cancelled) for line in lines} == self.lines
        claimed: Counter[int] = Counter()
        for claim in claims:
            claimed[claim.line_no] += claim.quantity
        assert claimed == {number: units for number, (_, units) in standing(self.lines).items()}
        assert {claim.state for claim in claims} == {"allocated" if self.accepted else "reserved"}
        assert stock == {sku: STOCK[sku] - units for sku, units in self.free().items()}
        open_now = [change.id for change in changes if change.state == "open"]
        assert open_now == ([self.open[0]] if self.open else [])
        assert [
            (
                row.snapshot["order"]["total_minor"],
                standing(
                    {
                        line["line_no"]: (line["sku_code"], line["quantity"] - line["cancelled"])
                        for line in row.snapshot["lines"]
                    }
                ),
            )
            for row in versions
        ] == self.versions
        assert [row.version for row in versions] == list(range(1, self.version))

    async def read(self) -> tuple[Any, list[Any], list[Any], list[Any], list[Any], dict[str, int]]:
        floor = self.world.floor
        [order] = await floor.all("SELECT * FROM sales_order WHERE shop_id = %(shop)s")
        codes = {sku: code for code, sku in self.world.skus.items()}
        stock = await floor.all("SELECT * FROM stock WHERE shop_id = %(shop)s")
        return (
            order,
            await floor.all("SELECT * FROM order_line WHERE shop_id = %(shop)s"),
            await floor.all("SELECT * FROM claim WHERE shop_id = %(shop)s"),
            await floor.all("SELECT * FROM order_change WHERE shop_id = %(shop)s"),
            await floor.all("SELECT * FROM order_version WHERE shop_id = %(shop)s ORDER BY version"),
            {codes[row.sku_id]: row.reserved + row.allocated for row in stock},
        )


def test_whatever_is_changed_of_an_order_everything_agrees(database_url: str) -> None:
    with asyncio.Runner() as runner:
        database = Database(database_url, min_size=1, max_size=2)
        runner.run(database.open())
        Changing.runner, Changing.db = runner, database
        try:
            run_state_machine_as_test(
                Changing,
                settings=settings(
                    max_examples=25,
                    stateful_step_count=25,
                    deadline=None,
                    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
                ),
            )
        finally:
            runner.run(database.close())
