"""Whatever is told of money by whomever, the ledger and what is derived from it agree.

A machine books money of every kind, one event or many in a message, tells of the same transfer again,
promises refunds, pays them and withdraws them. Beside the database it keeps a list of what was taken,
in plain Python, and says beforehand what must be refused, and with which refusal. After every step the ledger is
that list, the order's figures are its sums, and no more went back, or is promised back, than came in.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
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

from conftest import NOW, ShopFloor
from given import a_shop, asked, place
from orderan.flows.place_order import Placed
from orderan.flows.refund_order import execute_refund, promise_refund, withdraw_refund
from orderan.flows.settle_payment import settle_payment, settle_payments
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import new_id
from orderan.kit.states import IllegalMove
from orderan.orders import Terms
from orderan.payments import (
    AmountNotPositive,
    CurrencyDiffers,
    MoneyEvent,
    MoneyKind,
    MoreThanThereIs,
    ReferenceUsed,
    Refund,
    RefundTooLarge,
)
from orderan.shops import Shop, open_shop

TOTAL = 20_000
K = MoneyKind
TERMS = (Terms.PREPAID, Terms.COD)

which = st.integers(0, 1)
amounts = st.sampled_from((1, 4_000, 10_000, TOTAL, TOTAL + 500))
references = st.sampled_from((None, "A", "B", "C"))
kinds = st.sampled_from(
    # Often what brings money in, so that there is something to give back.
    [K.CAPTURED] * 4 + [K.COD_COLLECTED] * 2 + list(K)
)
told = st.tuples(which, kinds, amounts, references)
Told = tuple[int, MoneyKind, int, str | None]


@dataclass
class Book:
    """What was taken of one order, and what is promised back of it."""

    terms: str
    events: list[tuple[str, int, str | None]] = field(default_factory=list)
    refunds: dict[UUID, tuple[int, str]] = field(default_factory=dict)

    @property
    def sums(self) -> Counter[str]:
        sums: Counter[str] = Counter()
        for kind, amount, _ in self.events:
            sums[kind] += amount
        return sums

    @property
    def came_in(self) -> int:
        sums = self.sums
        return sums["captured"] - sums["capture_reversed"] + sums["cod_collected"]

    @property
    def went_back(self) -> int:
        return self.sums["refunded"] - self.sums["refund_reversed"]

    @property
    def promised(self) -> int:
        return sum(amount for amount, state in self.refunds.values() if state == "granted")

    @property
    def covered(self) -> int:
        return self.sums["promotion_granted"] - self.sums["promotion_withdrawn"]

    @property
    def asked_for(self) -> int:
        return max(TOTAL - self.sums["forgone"] - self.covered, 0)

    def room(self, kind: MoneyKind) -> int | None:
        sums = self.sums
        room = {
            K.REFUNDED: self.came_in - self.went_back,
            K.CAPTURE_REVERSED: sums["captured"] - sums["capture_reversed"] - self.went_back,
            K.COD_REMITTED: sums["cod_collected"] - sums["cod_remitted"],
            K.REFUND_REVERSED: self.went_back,
            K.CREDITED: sums["refunded"] - sums["credited"],
            K.PROMOTION_WITHDRAWN: self.covered - sums["promotion_returned"],
            K.PROMOTION_RETURNED: self.covered - sums["promotion_returned"],
            K.PENDING_CLEARED: sums["pending"] - sums["pending_cleared"],
            K.UNKNOWN_CLEARED: sums["unknown"] - sums["unknown_cleared"],
        }.get(kind)
        return None if room is None else max(room, 0)

    @property
    def word(self) -> str:
        """The word for where the money stands, said in the order people would ask."""
        sums, asked_for = self.sums, self.asked_for
        if self.went_back:
            return "refunded" if self.went_back >= self.came_in else "partly_refunded"
        if sums["unknown"] > sums["unknown_cleared"]:
            return "unknown"
        if self.came_in > asked_for:
            return "overpaid"
        if self.came_in == asked_for:
            if not sums["cod_collected"]:
                return "paid"
            return "cod_remitted" if sums["cod_remitted"] == sums["cod_collected"] else "cod_collected"
        if self.came_in:
            return "partly_paid"
        if sums["pending"] > sums["pending_cleared"]:
            return "pending"
        return "cod_due" if self.terms == "cod" else "unpaid"


class Money(RuleBasedStateMachine):
    """One shop and two orders of the same price: one paid before, one at the door."""

    runner: asyncio.Runner
    db: Database

    def __init__(self) -> None:
        super().__init__()
        self.used: set[tuple[str, str]] = set()
        self.floor, self.orders = self.runner.run(self.open())
        self.books = [Book(str(terms)) for terms in TERMS]

    async def open(self) -> tuple[ShopFloor, list[UUID]]:
        async def opening(tx: Tx) -> Shop:
            return await open_shop(tx, code=str(new_id()), name="Toko Uji", now=NOW)

        shop = await self.db.run(Caller(ALL_SHOPS, "system:test"), opening)
        floor = ShopFloor(self.db, shop, Caller(shop.shop_id, "staff:test"))
        world = await a_shop(floor, NOW, stock={"kopi": 10})
        placements = [asked(("kopi", 2), terms=terms) for terms in TERMS]
        placed = await place(world, Keyring(b"0" * 32), *placements, now=NOW)
        return floor, [one.order.id for one in placed if isinstance(one, Placed)]

    def do(self, work: Callable[[Tx], Awaitable[Any]]) -> Any:
        """What came out, or the refusal."""
        try:
            return self.runner.run(self.floor.run(work))
        except Refusal as refusal:
            return refusal

    def event(self, one: Told, currency: str = "IDR") -> MoneyEvent:
        order, kind, amount, reference = one
        return MoneyEvent(self.orders[order], kind, "bank", amount, currency, reference)

    def expect(self, one: Told) -> type[Refusal] | None:
        """Whether it must be refused; if not, it is in the books now."""
        order, kind, amount, reference = one
        book = self.books[order]
        if reference is not None and (kind, reference) in self.used:
            return ReferenceUsed
        room = book.room(kind)
        if room is not None and amount > room:
            return MoreThanThereIs
        book.events.append((str(kind), amount, reference))
        if reference is not None:
            self.used.add((kind, reference))
        return None

    @rule(one=told)
    def book(self, one: Told) -> None:
        answer = self.do(lambda tx: settle_payment(tx, self.event(one), now=NOW))
        refusal = self.expect(one)
        if refusal is not None:
            assert type(answer) is refusal
            return
        book = self.books[one[0]]
        assert (answer.state, answer.paid_minor, answer.refunded_minor) == (
            book.word,
            book.came_in,
            book.went_back,
        )
        assert answer.forgone_minor == book.sums["forgone"]
        assert answer.credited_minor == book.sums["credited"]
        assert answer.covered_minor == book.covered
        owed = max(book.asked_for - book.sums["credited"], 0)
        assert answer.balance_minor == book.came_in - book.went_back - owed

    @rule(many=st.lists(told, min_size=2, max_size=5), twice=st.booleans())
    def book_a_statement(self, many: list[Told], twice: bool) -> None:
        """Each line stands alone, and a statement sent twice books nothing more that has a reference."""
        for _ in range(2 if twice else 1):
            answers = self.do(lambda tx: settle_payments(tx, [self.event(one) for one in many], now=NOW))
            expected = [self.expect(one) for one in many]
            refused = [type(answer) if isinstance(answer, Refusal) else None for answer in answers]
            assert refused == expected

    @rule(one=told, amount=st.integers(-2, 0))
    def book_nothing(self, one: Told, amount: int) -> None:
        event = self.event((one[0], one[1], amount, None))
        assert type(self.do(lambda tx: settle_payment(tx, event, now=NOW))) is AmountNotPositive

    @rule(one=told)
    def book_another_currency(self, one: Told) -> None:
        event = self.event(one, currency="USD")
        assert type(self.do(lambda tx: settle_payment(tx, event, now=NOW))) is CurrencyDiffers

    @rule(order=which, amount=amounts)
    def promise(self, order: int, amount: int) -> None:
        book = self.books[order]
        answer = self.do(
            lambda tx: promise_refund(tx, self.orders[order], amount_minor=amount, reason="maaf", now=NOW)
        )
        room = max(book.came_in - book.went_back - book.promised, 0)
        if amount > room:
            assert isinstance(answer, RefundTooLarge)
            assert answer.at_most_minor == room
            return
        assert isinstance(answer, Refund)
        book.refunds[answer.id] = (amount, "granted")

    @precondition(lambda self: any(book.refunds for book in self.books))
    @rule(data=st.data(), reference=references, pay=st.booleans())
    def close(self, data: st.DataObject, reference: str | None, pay: bool) -> None:
        order, refund = data.draw(
            st.sampled_from(
                [(order, refund) for order, book in enumerate(self.books) for refund in book.refunds]
            )
        )
        book = self.books[order]
        amount, state = book.refunds[refund]

        async def work(tx: Tx) -> None:
            if pay:
                await execute_refund(tx, refund, method="bank", reference=reference, now=NOW)
            else:
                await withdraw_refund(tx, refund, reason="batal", now=NOW)

        answer = self.do(work)
        if state != "granted":
            assert type(answer) is IllegalMove
        elif not pay:
            assert answer is None
            book.refunds[refund] = (amount, "withdrawn")
        elif refusal := self.expect((order, K.REFUNDED, amount, reference)):
            assert type(answer) is refusal
        else:
            assert answer is None
            book.refunds[refund] = (amount, "executed")

    @invariant()
    def the_ledger_agrees(self) -> None:
        orders, ledger, refunds = self.runner.run(self.read())
        for order_id, book in zip(self.orders, self.books, strict=True):
            assert ledger[order_id] == book.events
            assert refunds[order_id] == book.refunds
            row = orders[order_id]
            assert (
                row.paid_minor,
                row.refunded_minor,
                row.forgone_minor,
                row.credited_minor,
                row.money,
            ) == (
                book.came_in,
                book.went_back,
                book.sums["forgone"],
                book.sums["credited"],
                book.word,
            )
            assert 0 <= book.went_back <= book.came_in

    async def read(self) -> tuple[dict[UUID, Any], dict[UUID, Any], dict[UUID, Any]]:
        orders = await self.floor.all("SELECT * FROM sales_order WHERE shop_id = %(shop)s")
        events = await self.floor.all(
            "SELECT * FROM payment_event WHERE shop_id = %(shop)s ORDER BY order_id, seq"
        )
        refunds = await self.floor.all("SELECT * FROM refund WHERE shop_id = %(shop)s")
        return (
            {row.id: row for row in orders},
            {
                order: [
                    (row.kind, row.amount_minor, row.reference) for row in events if row.order_id == order
                ]
                for order in self.orders
            },
            {
                order: {row.id: (row.amount_minor, row.state) for row in refunds if row.order_id == order}
                for order in self.orders
            },
        )


def test_whatever_is_told_of_money_the_ledger_agrees(database_url: str) -> None:
    with asyncio.Runner() as runner:
        database = Database(database_url, min_size=1, max_size=2)
        runner.run(database.open())
        Money.runner, Money.db = runner, database
        try:
            run_state_machine_as_test(
                Money,
                settings=settings(
                    max_examples=25,
                    stateful_step_count=30,
                    deadline=None,
                    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
                ),
            )
        finally:
            runner.run(database.close())
