"""What no gateway can send back goes to a bank account: typed, looked at, put in a file, paid, once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.paying import a_till
from flows.test_execute_refund import Counter, a_counter, paid
from orderan.customers import same_person
from orderan.flows.erase_customer import OrdersUnderWay, erase_customer
from orderan.flows.pay_out import (
    LINK_LASTS,
    agree_payout,
    begin_payout,
    came_back,
    drop_payout,
    export_payouts,
    make_link,
    paid_out,
    type_account,
    type_by_link,
)
from orderan.flows.refund_order import execute_refund, withdraw_refund
from orderan.gateways.ports import Offer
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.states import IllegalMove
from orderan.payments import (
    BANKS,
    AccountMistyped,
    ApprovalNeeded,
    HolderMissing,
    LinkNotGood,
    OwnPayout,
    Payout,
    PayoutOpen,
    RefundInTheAir,
    SecondLookNeeded,
    UnknownBank,
    set_approval_limit,
)

pytestmark = pytest.mark.anyio

CLERK, FINANCE = "staff:clerk", "staff:finance"


class Teller:
    """A paid order whose gateway cannot send back, and people who pay it out."""

    def __init__(self, counter: Counter, keyring: Keyring, buyer: str) -> None:
        self.counter, self.keyring, self.buyer = counter, keyring, buyer

    @property
    def now(self) -> datetime:
        return self.counter.till.clock.at

    async def by(self, actor: str, work: Callable[[Tx], Awaitable[Any]]) -> Any:
        floor = self.counter.till.floor
        return await floor.db.run(replace(floor.caller, actor=actor), work)

    async def begun(self, amount: int = 7_000) -> tuple[UUID, Payout]:
        refund = await self.counter.promise(amount)
        payout: Payout = await self.by(CLERK, lambda tx: begin_payout(tx, refund, now=self.now))
        return refund, payout

    async def typed(
        self,
        payout: UUID,
        *,
        bank: str = "014",
        number: str = "1234567890",
        holder: str = "",
        by: str = CLERK,
    ) -> Payout:
        made: Payout = await self.by(
            by,
            lambda tx: type_account(
                tx, self.keyring, payout, bank=bank, number=number, holder=holder or self.buyer, now=self.now
            ),
        )
        return made

    async def link(self, payout: UUID) -> str:
        told: str = await self.by(CLERK, lambda tx: make_link(tx, payout, now=self.now))
        return told.partition("-")[2]

    async def by_link(self, token: str, number: str = "1234567890") -> Any:
        return await self.by(
            "buyer",
            lambda tx: type_by_link(
                tx, self.keyring, token, bank="014", number=number, holder=self.buyer, now=self.now
            ),
        )

    async def agreed(self, payout: UUID, *, by: str = FINANCE, twice: bool = False) -> None:
        await self.by(by, lambda tx: agree_payout(tx, payout, looked_twice=twice, now=self.now))

    async def exported(self) -> Any:
        return await self.by(FINANCE, lambda tx: export_payouts(tx, self.keyring, now=self.now))

    async def transferred(self, payout: UUID, reference: str = "BCA-1") -> None:
        await self.by(FINANCE, lambda tx: paid_out(tx, payout, reference=reference, now=self.now))

    async def row(self, payout: UUID) -> Any:
        [row] = await self.counter.till.floor.all("SELECT * FROM refund_payout WHERE id = %(id)s", id=payout)
        return row


@pytest.fixture
async def teller(floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str) -> Teller:
    till = await a_till(floor, keyring, now)
    await paid(till, till.first)
    counter = await a_counter(till, database_url)
    counter.first.offers = {"va_bca": Offer("bca")}
    return Teller(counter, keyring, "Ani Lestari")


async def test_a_refund_is_paid_out_from_the_account_to_the_banks_reference(teller: Teller) -> None:
    refund, payout = await teller.begun()
    await teller.typed(payout.id, number="123 456-7890")
    await teller.agreed(payout.id)
    batch, [transfer] = await teller.exported()
    assert (transfer.account.bank, transfer.account.number, transfer.account.holder) == (
        "014",
        "1234567890",
        "Ani Lestari",
    )
    assert transfer.payout.amount_minor == 7_000
    assert await teller.counter.stands(refund) == ("granted", 0)

    await teller.transferred(payout.id)

    row = await teller.row(payout.id)
    assert (row.state, row.batch, row.reference) == ("paid", batch, "BCA-1")
    assert await teller.counter.stands(refund) == ("executed", 7_000)
    assert await teller.counter.booked() == [("refunded", 7_000)]
    teller.counter.sound()
    with pytest.raises(IllegalMove):
        await teller.transferred(payout.id, "BCA-2")
    assert await teller.counter.booked() == [("refunded", 7_000)]


async def test_the_account_lies_sealed_and_who_let_it_out_is_kept(teller: Teller) -> None:
    _, payout = await teller.begun()
    await teller.typed(payout.id)
    row = await teller.row(payout.id)
    assert b"1234567890" not in bytes(row.account_enc)
    assert b"Ani" not in bytes(row.holder_enc)
    await teller.agreed(payout.id)
    batch, _ = await teller.exported()
    rows = await teller.counter.till.floor.all("SELECT actor, purpose FROM personal_access")
    assert [(row.actor, row.purpose) for row in rows] == [(FINANCE, f"berkas transfer {batch}")]


@pytest.mark.parametrize(
    ("bank", "number", "holder", "refusal"),
    [
        ("999", "1234567890", "Budi", UnknownBank),
        ("014", "123456789", "Budi", AccountMistyped),
        ("014", "12345678901", "Budi", AccountMistyped),
        ("014", "12345678ab", "Budi", AccountMistyped),
        ("014", "١٢٣٤٥٦٧٨٩٠", "Budi", AccountMistyped),
        ("002", "1234567890", "Budi", AccountMistyped),
        ("014", "1234567890", " 123 ", HolderMissing),
    ],
)
async def test_what_cannot_be_an_account_is_refused_and_nothing_is_kept(
    teller: Teller, bank: str, number: str, holder: str, refusal: type[Refusal]
) -> None:
    _, payout = await teller.begun()
    with pytest.raises(refusal):
        await teller.typed(payout.id, bank=bank, number=number, holder=holder)
    row = await teller.row(payout.id)
    assert (row.state, row.bank, row.account_enc) == ("waiting", None, None)


def test_every_bank_has_a_code_of_three_digits_and_a_length() -> None:
    assert len(BANKS) >= 20
    assert all(len(code) == 3 and code.isdigit() for code in BANKS)
    assert all(5 <= bank.least <= bank.most <= 16 for bank in BANKS.values())


@pytest.mark.parametrize(
    ("holder", "same"),
    [
        ("ANI LESTARI", True),
        ("Ani L", True),
        ("LESTARI ANI", True),
        ("Ibu Ani Lestari", True),
        ("Ani Lestary", True),
        ("Siti Aminah", False),
        ("A", False),
        ("Ani Wijaya", False),
    ],
)
async def test_a_holder_who_is_called_otherwise_needs_a_second_look(
    teller: Teller, holder: str, same: bool
) -> None:
    assert same_person(holder, "Ani Lestari") is same
    _, payout = await teller.begun()
    await teller.typed(payout.id, holder=holder)
    assert (await teller.row(payout.id)).holder_differs is not same
    if not same:
        with pytest.raises(SecondLookNeeded):
            await teller.agreed(payout.id)
        assert (await teller.row(payout.id)).state == "entered"
    await teller.agreed(payout.id, twice=True)
    assert (await teller.row(payout.id)).state == "approved"


async def test_who_typed_the_account_cannot_approve_it(teller: Teller) -> None:
    _, payout = await teller.begun()
    await teller.typed(payout.id, by=FINANCE)
    with pytest.raises(OwnPayout):
        await teller.agreed(payout.id, by=FINANCE)
    assert (await teller.row(payout.id)).state == "entered"


async def test_a_link_is_good_once(teller: Teller) -> None:
    _, payout = await teller.begun()
    older = await teller.link(payout.id)
    token = await teller.link(payout.id)
    for wrong in (older, "x" * 32, ""):
        with pytest.raises(LinkNotGood):
            await teller.by_link(wrong)
    assert (await teller.row(payout.id)).state == "waiting"

    await teller.by_link(token)

    row = await teller.row(payout.id)
    assert (row.state, row.entered_by, row.link_hash) == ("entered", "buyer", None)
    with pytest.raises(LinkNotGood):
        await teller.by_link(token)


async def test_a_link_that_was_mistyped_on_is_still_good(teller: Teller) -> None:
    _, payout = await teller.begun()
    token = await teller.link(payout.id)
    with pytest.raises(AccountMistyped):
        await teller.by_link(token, "12")
    await teller.by_link(token)


async def test_a_link_ends(teller: Teller) -> None:
    _, payout = await teller.begun()
    token = await teller.link(payout.id)
    teller.counter.till.later(LINK_LASTS)
    with pytest.raises(LinkNotGood):
        await teller.by_link(token)
    assert (await teller.row(payout.id)).state == "waiting"


async def test_two_who_come_by_one_link_at_once_type_one_account(teller: Teller) -> None:
    _, payout = await teller.begun()
    token = await teller.link(payout.id)
    answers = await asyncio.gather(
        teller.by_link(token, "1111111111"), teller.by_link(token, "2222222222"), return_exceptions=True
    )
    assert sum(isinstance(answer, Payout) for answer in answers) == 1
    assert sum(isinstance(answer, LinkNotGood) for answer in answers) == 1


async def test_a_refund_goes_one_way_only(teller: Teller) -> None:
    refund, payout = await teller.begun()
    with pytest.raises(PayoutOpen):
        await teller.by(CLERK, lambda tx: begin_payout(tx, refund, now=teller.now))
    await teller.typed(payout.id)
    await teller.agreed(payout.id)
    teller.counter.first.offers = {"va_bca": Offer("bca", refundable=True)}
    with pytest.raises(PayoutOpen):
        await teller.counter.send(refund)
    with pytest.raises(PayoutOpen):
        await teller.by(
            FINANCE, lambda tx: execute_refund(tx, refund, method="cash", reference=None, now=teller.now)
        )
    with pytest.raises(PayoutOpen):
        await teller.by(CLERK, lambda tx: withdraw_refund(tx, refund, reason="x", now=teller.now))
    assert teller.counter.first.asked == []
    assert await teller.counter.booked() == []

    await teller.by(FINANCE, lambda tx: drop_payout(tx, payout.id, now=teller.now))
    assert (await teller.row(payout.id)).account_enc is None
    await teller.counter.send(refund)
    assert await teller.counter.stands(refund) == ("executed", 7_000)


async def test_while_a_gateway_may_be_sending_it_no_account_is_approved(teller: Teller) -> None:
    refund, payout = await teller.begun()
    await teller.typed(payout.id)
    teller.counter.first.offers = {"va_bca": Offer("bca", refundable=True)}
    teller.counter.first.how = "lost_after"
    await teller.counter.send(refund)
    with pytest.raises(RefundInTheAir):
        await teller.agreed(payout.id)
    assert (await teller.row(payout.id)).state == "entered"

    teller.counter.first.how = "ok"
    await teller.counter.next_round()
    row = await teller.row(payout.id)
    assert (row.state, row.account_enc) == ("cancelled", None)


async def test_approving_and_sending_at_once_takes_one_way(teller: Teller) -> None:
    refund, payout = await teller.begun()
    await teller.typed(payout.id)
    teller.counter.first.offers = {"va_bca": Offer("bca", refundable=True)}
    answers = await asyncio.gather(
        teller.agreed(payout.id), teller.counter.send(refund), return_exceptions=True
    )
    assert sum(isinstance(answer, Refusal) for answer in answers) == 1
    sent = await teller.counter.stands(refund) == ("executed", 7_000)
    assert (await teller.row(payout.id)).state == ("cancelled" if sent else "approved")


async def test_above_the_limit_nothing_is_paid_out_that_nobody_agreed_to(teller: Teller) -> None:
    await teller.by("staff:owner", lambda tx: set_approval_limit(tx, 5_000, now=teller.now))
    refund = await teller.counter.promise(7_000)
    with pytest.raises(ApprovalNeeded):
        await teller.by(CLERK, lambda tx: begin_payout(tx, refund, now=teller.now))
    assert await teller.counter.till.floor.all("SELECT id FROM refund_payout") == []


async def test_no_payout_stands_in_two_files(teller: Teller) -> None:
    _, payout = await teller.begun()
    await teller.typed(payout.id)
    await teller.agreed(payout.id)
    files = await asyncio.gather(*(teller.exported() for _ in range(3)))
    assert sorted(len(transfers) for _, transfers in files) == [0, 0, 1]


async def test_an_account_the_bank_does_not_know_is_asked_for_again(teller: Teller) -> None:
    refund, payout = await teller.begun()
    await teller.typed(payout.id)
    await teller.agreed(payout.id)
    await teller.exported()
    await teller.by(FINANCE, lambda tx: came_back(tx, payout.id, now=teller.now))
    row = await teller.row(payout.id)
    assert (row.state, row.account_enc, row.bank, row.approved_by, row.batch) == (
        "waiting",
        None,
        None,
        None,
        None,
    )
    assert await teller.counter.stands(refund) == ("granted", 0)
    await teller.typed(payout.id, number="0987654321")
    await teller.agreed(payout.id)
    _, [transfer] = await teller.exported()
    assert transfer.account.number == "0987654321"


async def test_a_transfer_that_comes_back_after_it_was_paid_is_owed_again_and_paid_again(
    teller: Teller,
) -> None:
    refund, payout = await teller.begun()
    for turn, reference in enumerate(("BCA-1", "BCA-2"), 1):
        await teller.typed(payout.id, number=f"098765432{turn}")
        await teller.agreed(payout.id)
        await teller.exported()
        await teller.transferred(payout.id, reference)
        assert (await teller.counter.stands(refund))[0] == "executed"
        if reference == "BCA-1":
            await teller.by(FINANCE, lambda tx: came_back(tx, payout.id, now=teller.now))
            row = await teller.row(payout.id)
            assert (row.state, row.account_enc, row.reference) == ("waiting", None, None)
            assert await teller.counter.stands(refund) == ("granted", 0)
            with pytest.raises(IllegalMove):
                await teller.by(FINANCE, lambda tx: came_back(tx, payout.id, now=teller.now))

    booked = await teller.counter.till.floor.all(
        "SELECT kind, reference FROM payment_event WHERE kind IN ('refunded', 'refund_reversed') ORDER BY seq"
    )
    assert [tuple(row) for row in booked] == [
        ("refunded", "BCA-1"),
        ("refund_reversed", "BCA-1"),
        ("refunded", "BCA-2"),
    ]


async def test_a_withdrawn_refund_ends_its_payout(teller: Teller) -> None:
    refund, payout = await teller.begun()
    await teller.typed(payout.id)
    await teller.by(CLERK, lambda tx: withdraw_refund(tx, refund, reason="x", now=teller.now))
    row = await teller.row(payout.id)
    assert (row.state, row.account_enc) == ("cancelled", None)


async def test_erasing_the_buyer_waits_for_the_payout_and_takes_the_account_with_it(teller: Teller) -> None:
    _, payout = await teller.begun(20_000)
    await teller.typed(payout.id)
    [order] = await teller.counter.till.floor.all("SELECT number, customer_id FROM sales_order")
    await teller.counter.till.floor.run(lambda tx: _finished(tx, teller.counter.till.order.id))

    async def erase(tx: Tx) -> None:
        await erase_customer(tx, order.customer_id, reason="permintaan", now=teller.now)

    with pytest.raises(OrdersUnderWay) as under_way:
        await teller.by(CLERK, erase)
    assert under_way.value.orders == (str(order.number),)
    assert (await teller.row(payout.id)).account_enc is not None

    await teller.agreed(payout.id)
    await teller.transferred(payout.id)
    await teller.by(CLERK, erase)

    row = await teller.row(payout.id)
    assert (row.state, row.account_enc, row.holder_enc, row.reference) == ("paid", None, None, "BCA-1")


async def _finished(tx: Tx, order: UUID) -> None:
    """The order is over: nothing of it is under way but its money."""
    await tx.connection.execute(
        "UPDATE sales_order SET commercial = 'completed', headline = 'completed', closed_at = now() WHERE id = %s",
        [order],
    )
