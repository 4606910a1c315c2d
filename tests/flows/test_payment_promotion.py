"""A promotion from the offer to the money and back, with the order's ledger beside it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till
from fulfilment.working import shipped
from given import a_buyer, asked, place
from orderan.auditor import audit
from orderan.customers import merge
from orderan.flows import follow_promotion, offer_promotion
from orderan.flows.cancel_order import cancel_order
from orderan.flows.contest_chargeback import lose_chargeback, report_chargeback
from orderan.flows.offer_promotion import Offer
from orderan.flows.place_order import Placed
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.flows.settle_payment import settle_payments
from orderan.flows.settle_return import (
    ask_return,
    decide_return,
    inspect_goods,
    propose_refund,
    receive_goods_back,
    resolve_return,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Order, Units, lock_orders
from orderan.payments import Attempt, MoneyEvent, MoneyKind, RefundTooLarge, Standing, begin_attempt, rails
from orderan.payments.store_attempts import lock_attempts, save_attempts
from orderan.promotions import (
    Card,
    Months,
    NothingOwed,
    Promotion,
    PromotionDoesNotApply,
    PromotionKind,
    PromotionNotFound,
    PromotionWorthChanged,
    Reason,
    Redemption,
    end_over,
    pay_out,
)
from orderan.returns import Inspected, ReturnEvent, Wanted
from promotions.promoting import HALVES, a_discount, promotion_row, running, uses

pytestmark = pytest.mark.anyio

VA = "va_bca"


@dataclass
class Counter:
    """A till with promotions, and a buyer who is moved step by step through a try."""

    till: Till
    now: datetime

    @property
    def floor(self) -> ShopFloor:
        return self.till.floor

    async def locked(self, tx: Tx) -> Order:
        return (await lock_orders(tx, [self.till.order.id]))[self.till.order.id]

    async def promote(self, **others: Any) -> Promotion:
        return await running(self.floor, a_discount(self.now, **others), now=self.now)

    async def offered(self, *methods: str, card: Card | None = None) -> list[Offer]:
        async def work(tx: Tx) -> list[Offer]:
            return await offer_promotion.offered(tx, await self.locked(tx), methods, card=card, now=self.now)

        found: list[Offer] = await self.floor.run(work)
        return found

    async def reserve(self, promotion: Promotion, method: str = VA, **others: Any) -> Redemption:
        async def work(tx: Tx) -> Redemption:
            others.setdefault("now", self.now)
            return await offer_promotion.reserve(tx, await self.locked(tx), method, promotion.id, **others)

        made: Redemption = await self.floor.run(work)
        return made

    async def begin(
        self, promotion: Promotion, method: str = VA, **others: Any
    ) -> tuple[Redemption, Attempt]:
        """What a charge does in its first transaction."""

        async def work(tx: Tx) -> tuple[Redemption, Attempt]:
            order = await self.locked(tx)
            use = await offer_promotion.reserve(tx, order, method, promotion.id, now=self.now, **others)
            rail = replace((await rails(tx))[0], method=method)
            attempt = await begin_attempt(
                tx,
                order.id,
                rail,
                number=order.number,
                amount_minor=order.due_minor - use.off_minor,
                currency=order.currency,
                expires_at=self.now + timedelta(hours=1),
                now=self.now,
            )
            return await offer_promotion.attach(tx, use, attempt), attempt

        begun: tuple[Redemption, Attempt] = await self.floor.run(work)
        return begun

    async def stands(
        self, attempt: Attempt, state: str, *, card: Card | None = None, times: int = 1
    ) -> Standing | None:
        """The gateway's news of a try are noted and booked, as often as told; where the order stands."""
        answers: list[Any] = []
        for _ in range(times):
            answers = await self.floor.run(lambda tx: self._note(tx, attempt, state, card))
        return answers[-1] if answers else None

    async def _note(self, tx: Tx, attempt: Attempt, state: str, card: Card | None) -> list[Any]:
        await self.locked(tx)
        was = (await lock_attempts(tx, [attempt.id]))[attempt.id]
        booked = was.amount_minor if state == "paid" else was.booked_minor
        returned = was.booked_minor if state in {"reversed", "disputed"} else was.returned_minor
        after = replace(was, state=state, booked_minor=booked, returned_minor=returned, moved_at=self.now)
        await save_attempts(tx, [after])
        events = []
        if booked > was.booked_minor:
            events.append(event(after, "captured", booked - was.booked_minor))
        if returned > was.returned_minor:
            events.append(event(after, "capture_reversed", returned - was.returned_minor))
        events += await follow_promotion.follow_attempt(tx, after, card=card, now=self.now)
        answers = await settle_payments(tx, events, now=self.now)
        assert all(isinstance(answer, Standing) for answer in answers), answers
        return answers

    async def refund(self, amount: int) -> Standing:
        async def work(tx: Tx) -> Standing:
            made = await promise_refund(
                tx, self.till.order.id, amount_minor=amount, reason="maaf", now=self.now
            )
            return await execute_refund(tx, made.id, method="cash", reference=None, now=self.now)

        stands: Standing = await self.floor.run(work)
        return stands


def event(attempt: Attempt, kind: str, amount: int) -> MoneyEvent:
    return MoneyEvent(
        attempt.order_id,
        MoneyKind(kind),
        attempt.method,
        amount,
        attempt.currency,
        f"{attempt.reference}:{kind}",
    )


@pytest.fixture
async def counter(floor: ShopFloor, keyring: Keyring, now: datetime) -> Counter:
    return Counter(await a_till(floor, keyring, now), now)


async def test_each_way_is_offered_with_its_best_promotion_and_why_the_others_do_not_hold(
    counter: Counter,
) -> None:
    less = await counter.promote(fixed_minor=1_000, name="Kecil")
    more = await counter.promote(fixed_minor=0, rate_bp=1_500, cap_minor=2_500, name="Besar")
    gopay = await counter.promote(
        name="GoPay", kind=PromotionKind.CASHBACK, banks=(), wallets=("gopay",), fixed_minor=4_000
    )
    await running(
        counter.floor,
        a_discount(counter.now, name="Nanti", valid_from=counter.now + timedelta(1)),
        now=counter.now,
    )

    va, wallet, qris = await counter.offered(VA, "gopay", "qris")

    assert (va.due_minor, va.pays_minor) == (20_000, 17_500)
    assert va.best is not None
    assert (va.best.promotion.id, va.best.worth_minor, va.best.if_card) == (more.id, 2_500, False)
    assert [(one.terms.name, str(reason)) for one, reason in va.others] == [
        ("Kecil", "another_is_better"),
        ("GoPay", "other_method"),
        ("Nanti", "not_yet"),
    ]
    assert wallet.best is not None
    assert (wallet.best.promotion.id, wallet.pays_minor, wallet.best.worth_minor) == (gopay.id, 20_000, 4_000)
    assert (qris.best, qris.pays_minor) == (None, 20_000)
    assert await uses(counter.floor) == []
    assert (await promotion_row(counter.floor, less.id)).taken_minor == 0


async def test_an_order_paid_with_a_promotion_stands_as_paid_and_never_pays_back_more_than_came_in(
    counter: Counter, database_url: str
) -> None:
    promotion = await counter.promote(payers=HALVES, budget_minor=50_000)
    use, attempt = await counter.begin(promotion, shown_minor=5_000)
    assert (use.off_minor, attempt.amount_minor) == (5_000, 15_000)
    assert (await counter.till.row()).money == "unpaid"

    stands = await counter.stands(attempt, "paid", times=3)

    assert stands is None
    row = await counter.till.row()
    assert (row.commercial, row.money, row.paid_minor, row.covered_minor) == (
        "accepted",
        "paid",
        15_000,
        5_000,
    )
    assert await counter.till.ledger() == [("captured", 15_000), ("promotion_granted", 5_000)]
    assert await uses(counter.floor) == [("confirmed", 5_000, 0)]
    assert tuple(await promotion_row(counter.floor, promotion.id)) == ("running", 5_000, 1)
    shares = await counter.floor.all(
        "SELECT payer, line_no, amount_minor FROM promotion_share ORDER BY payer_no"
    )
    assert [tuple(share) for share in shares] == [("bank", 1, 2_500), ("shop", 1, 2_500)]
    assert await counter.floor.value("SELECT count(*) FROM exception_entry WHERE state = 'open'") == 0
    with pytest.raises(RefundTooLarge) as refused:
        await counter.refund(15_001)
    assert refused.value.at_most_minor == 15_000
    assert audit(database_url, now=counter.now).findings == []


async def test_money_back_gives_the_promotion_back_in_proportion_to_the_rupiah(
    counter: Counter, database_url: str
) -> None:
    promotion = await counter.promote(payers=HALVES, budget_minor=50_000)
    _, attempt = await counter.begin(promotion)
    await counter.stands(attempt, "paid")

    await counter.refund(4_000)

    assert (await counter.till.ledger())[2:] == [("refunded", 4_000), ("promotion_returned", 1_333)]
    assert await uses(counter.floor) == [("confirmed", 5_000, 1_333)]
    assert tuple(await promotion_row(counter.floor, promotion.id)) == ("running", 3_667, 1)
    assert await counter.floor.value("SELECT count(*) FROM exception_entry WHERE state = 'open'") == 0

    stands = await counter.refund(11_000)

    assert (stands.state, stands.refunded_minor, stands.paid_minor) == ("refunded", 15_000, 15_000)
    assert (await counter.till.ledger())[4:] == [("refunded", 11_000), ("promotion_returned", 3_667)]
    assert await uses(counter.floor) == [("reversed", 5_000, 5_000)]
    assert tuple(await promotion_row(counter.floor, promotion.id)) == ("running", 0, 0)
    assert await counter.floor.value("SELECT sum(reversed_minor)::bigint FROM promotion_share") == 5_000
    assert audit(database_url, now=counter.now).findings == []


async def test_goods_that_come_back_are_paid_back_at_what_was_paid_for_them_in_money(
    counter: Counter, database_url: str
) -> None:
    promotion = await counter.promote()
    _, attempt = await counter.begin(promotion)
    await counter.stands(attempt, "paid")
    now, floor, order = counter.now, counter.floor, counter.till.order
    await shipped(counter.till.world, order, now=now)

    async def one_back(tx: Tx) -> tuple[int, UUID]:
        made = await ask_return(tx, order.id, [Wanted(1, 1)], reason="rusak", now=now)
        await decide_return(tx, made.id, ReturnEvent.APPROVE, now=now)
        place = counter.till.world.locations["JKT"]
        await receive_goods_back(tx, made.id, {1: 1}, location_id=place, now=now)
        await inspect_goods(tx, made.id, [Inspected(1, 1, 0)], now=now)
        amount = sum(line.amount_minor for line in await propose_refund(tx, made.id))
        refund = await resolve_return(tx, made.id, amount_minor=amount, now=now)
        assert refund is not None
        return amount, refund.id

    async def paid_out(refund: UUID) -> Standing:
        stands: Standing = await floor.run(
            lambda tx: execute_refund(tx, refund, method="cash", reference=None, now=now)
        )
        return stands

    first, refund = await floor.run(one_back)
    assert first == 7_500
    second, other = await floor.run(one_back)
    assert second == 7_500
    half = await paid_out(refund)
    whole = await paid_out(other)

    assert (half.state, half.balance_minor, half.covered_minor) == ("partly_refunded", 0, 5_000)
    assert (whole.state, whole.balance_minor, whole.refunded_minor) == ("refunded", 0, 15_000)
    assert await uses(floor) == [("reversed", 5_000, 5_000)]
    assert await floor.value("SELECT count(*) FROM exception_entry WHERE state = 'open'") == 0
    assert audit(database_url, now=now).findings == []


async def test_a_cancelled_order_gives_back_the_money_and_the_whole_promotion(counter: Counter) -> None:
    promotion = await counter.promote()
    _, attempt = await counter.begin(promotion)
    await counter.stands(attempt, "paid")
    await counter.floor.run(
        lambda tx: cancel_order(tx, counter.till.order.id, reason="batal", now=counter.now)
    )
    [entry] = await counter.floor.all("SELECT kind, money_minor FROM exception_entry WHERE state = 'open'")
    assert tuple(entry) == ("payment_after_close", 15_000)

    await counter.refund(15_000)

    assert await uses(counter.floor) == [("reversed", 5_000, 5_000)]
    assert tuple(await promotion_row(counter.floor, promotion.id)) == ("running", 0, 0)
    assert await counter.floor.value("SELECT count(*) FROM exception_entry WHERE state = 'open'") == 0


@pytest.mark.parametrize("state", ["failed", "declined", "expired", "cancelled"])
async def test_a_try_that_comes_to_nothing_gives_the_budget_back_once(counter: Counter, state: str) -> None:
    promotion = await counter.promote(budget_minor=5_000)
    _, attempt = await counter.begin(promotion)
    assert tuple(await promotion_row(counter.floor, promotion.id)) == ("exhausted", 5_000, 1)

    await counter.stands(attempt, state, times=2)

    assert await uses(counter.floor) == [("released", 5_000, 0)]
    assert tuple(await promotion_row(counter.floor, promotion.id)) == ("running", 0, 0)
    assert await counter.till.ledger() == []
    assert (await counter.till.row()).covered_minor == 0


async def test_money_that_comes_late_is_covered_while_the_budget_has_it(counter: Counter) -> None:
    promotion = await counter.promote(budget_minor=5_000)
    _, attempt = await counter.begin(promotion)
    await counter.stands(attempt, "expired")

    await counter.stands(attempt, "paid", times=2)

    assert (await counter.till.row()).money == "paid"
    assert await uses(counter.floor) == [("confirmed", 5_000, 0)]
    assert tuple(await promotion_row(counter.floor, promotion.id)) == ("exhausted", 5_000, 1)


async def test_money_that_comes_late_and_finds_the_budget_spent_leaves_the_order_short_and_says_so(
    counter: Counter,
) -> None:
    promotion = await counter.promote(budget_minor=5_000)
    _, attempt = await counter.begin(promotion)
    await counter.stands(attempt, "expired")
    # Others took it meanwhile.
    spent = "UPDATE payment_promotion SET taken_minor = 5_000, taken_count = 1, state = 'exhausted'"
    await counter.floor.run(lambda tx: tx.run(spent))

    await counter.stands(attempt, "paid")

    row = await counter.till.row()
    assert (row.money, row.paid_minor, row.covered_minor) == ("partly_paid", 15_000, 0)
    assert [state for state, _, _ in await uses(counter.floor)] == ["released"]
    assert (await promotion_row(counter.floor, promotion.id)).taken_minor == 5_000
    [entry] = await counter.floor.all("SELECT kind, money_minor FROM exception_entry WHERE state = 'open'")
    assert tuple(entry) == ("payment_under", 5_000)


@pytest.mark.parametrize("state", ["reversed", "disputed"])
async def test_money_taken_back_takes_the_cover_back_and_won_back_covers_again(
    counter: Counter, state: str, database_url: str
) -> None:
    promotion = await counter.promote(budget_minor=5_000)
    _, attempt = await counter.begin(promotion)
    await counter.stands(attempt, "paid")

    await counter.stands(attempt, state, times=2)

    row = await counter.till.row()
    assert (row.money, row.paid_minor, row.covered_minor) == ("unpaid", 0, 0)
    assert (await counter.till.ledger())[2:] == [("capture_reversed", 15_000), ("promotion_withdrawn", 5_000)]
    assert tuple(await promotion_row(counter.floor, promotion.id)) == ("running", 0, 0)
    [entry] = await counter.floor.all("SELECT kind, money_minor FROM exception_entry WHERE state = 'open'")
    assert tuple(entry) == ("payment_under", 20_000)
    assert audit(database_url, now=counter.now).findings == []


async def test_the_same_choice_again_is_the_same_reservation_and_another_takes_its_place(
    counter: Counter,
) -> None:
    one = await counter.promote(budget_minor=9_000)
    other = await counter.promote(name="Lain", fixed_minor=6_000, budget_minor=60_000)
    first = await counter.reserve(one)
    assert (await counter.reserve(one)).id == first.id
    assert tuple(await promotion_row(counter.floor, one.id)) == ("exhausted", 5_000, 1)

    second = await counter.reserve(other)

    assert second.id != first.id
    assert await uses(counter.floor) == [("released", 5_000, 0), ("reserved", 6_000, 0)]
    assert tuple(await promotion_row(counter.floor, one.id)) == ("running", 0, 0)
    assert tuple(await promotion_row(counter.floor, other.id)) == ("running", 6_000, 1)


async def test_a_refused_choice_changes_nothing_and_keeps_what_was_chosen(counter: Counter) -> None:
    one = await counter.promote()
    spent = await counter.promote(name="Habis", fixed_minor=6_000, budget_minor=6_500)
    await counter.reserve(one)
    facts = await counter.floor.value("SELECT count(*) FROM event")

    with pytest.raises(PromotionWorthChanged) as changed:
        await counter.reserve(spent, shown_minor=5_999)
    assert (changed.value.shown_minor, changed.value.worth_minor) == (5_999, 6_000)
    with pytest.raises(PromotionDoesNotApply) as refused:
        await counter.reserve(spent, "qris")
    assert refused.value.reason == "other_method"
    with pytest.raises(PromotionNotFound):
        await counter.reserve(replace(one, id=counter.till.order.id))

    assert await uses(counter.floor) == [("reserved", 5_000, 0)]
    assert tuple(await promotion_row(counter.floor, one.id)) == ("running", 5_000, 1)
    assert tuple(await promotion_row(counter.floor, spent.id)) == ("running", 0, 0)
    assert await counter.floor.value("SELECT count(*) FROM event") == facts


async def test_a_budget_with_less_than_a_use_refuses_the_whole_of_it(counter: Counter) -> None:
    promotion = await counter.promote(fixed_minor=0, rate_bp=2_500, budget_minor=4_999)

    with pytest.raises(PromotionDoesNotApply) as refused:
        await counter.reserve(promotion)

    assert (refused.value.reason, refused.value.left_minor) == ("budget_spent", 4_999)
    assert await uses(counter.floor) == []


async def test_what_a_process_left_between_reserving_and_charging_is_let_go_by_the_clock(
    counter: Counter,
) -> None:
    promotion = await counter.promote(budget_minor=5_000)
    await counter.reserve(promotion)

    async def swept(after: timedelta) -> int:
        count: int = await counter.floor.run(
            lambda tx: follow_promotion.sweep_reserved(tx, now=counter.now + after)
        )
        return count

    assert await swept(timedelta(minutes=14, seconds=59)) == 0
    assert await uses(counter.floor) == [("reserved", 5_000, 0)]
    assert await swept(timedelta(minutes=15)) == 1
    assert await swept(timedelta(minutes=15)) == 0
    assert await uses(counter.floor) == [("released", 5_000, 0)]
    assert tuple(await promotion_row(counter.floor, promotion.id)) == ("running", 0, 0)


async def test_what_belongs_to_a_try_in_the_air_is_not_let_go_by_the_clock(counter: Counter) -> None:
    promotion = await counter.promote()
    await counter.begin(promotion)

    later = counter.now + timedelta(days=9)
    assert await counter.floor.run(lambda tx: follow_promotion.sweep_reserved(tx, now=later)) == 0
    assert await uses(counter.floor) == [("reserved", 5_000, 0)]


CASHBACK = {"kind": PromotionKind.CASHBACK, "banks": (), "card_ranges": ("411111",), "name": "Kartu"}


async def test_a_cashback_takes_nothing_off_and_is_owed_once_the_card_is_told(counter: Counter) -> None:
    promotion = await counter.promote(**CASHBACK)
    [offer] = await counter.offered("card")
    assert offer.best is not None
    assert (offer.pays_minor, offer.best.worth_minor, offer.best.if_card) == (20_000, 5_000, True)
    use, attempt = await counter.begin(promotion, "card")
    assert attempt.amount_minor == 20_000

    await counter.stands(attempt, "paid")
    assert await uses(counter.floor) == [("reserved", 5_000, 0)]
    with pytest.raises(NothingOwed):
        await counter.floor.run(lambda tx: pay_out(tx, use.id, now=counter.now))

    await counter.stands(attempt, "paid", card=Card("41111122"), times=2)
    assert await uses(counter.floor) == [("confirmed", 5_000, 0)]
    assert await counter.floor.value("SELECT card_range FROM promotion_redemption") == "41111122"
    assert await counter.till.ledger() == [("captured", 20_000)]

    paid = await counter.floor.run(lambda tx: pay_out(tx, use.id, now=counter.now))
    assert paid.paid_out_minor == 5_000
    with pytest.raises(NothingOwed):
        await counter.floor.run(lambda tx: pay_out(tx, use.id, now=counter.now))


async def test_another_card_than_promised_lets_the_use_go(counter: Counter) -> None:
    promotion = await counter.promote(**CASHBACK)
    _, attempt = await counter.begin(promotion, "card")

    await counter.stands(attempt, "paid", card=Card("52110011"))

    assert await uses(counter.floor) == [("released", 5_000, 0)]
    assert (await promotion_row(counter.floor, promotion.id)).taken_minor == 0


async def test_a_card_nobody_tells_is_waited_for_two_days(counter: Counter) -> None:
    promotion = await counter.promote(**CASHBACK)
    _, attempt = await counter.begin(promotion, "card")
    await counter.stands(attempt, "paid")
    two_days = counter.now + timedelta(days=2)

    early = two_days - timedelta(seconds=1)
    assert await counter.floor.run(lambda tx: follow_promotion.sweep_reserved(tx, now=early)) == 0
    assert await counter.floor.run(lambda tx: follow_promotion.sweep_reserved(tx, now=two_days)) == 1
    assert await uses(counter.floor) == [("released", 5_000, 0)]


async def test_an_instalment_costs_its_payers_the_interest_of_the_plan_chosen(counter: Counter) -> None:
    promotion = await counter.promote(
        kind=PromotionKind.INSTALMENT,
        banks=(),
        methods=("card_instalment",),
        fixed_minor=0,
        months=(Months(3, 250), Months(6, 400)),
        payers=HALVES,
    )
    [offer] = await counter.offered("card_instalment")
    assert offer.best is not None
    assert (offer.pays_minor, offer.best.worth_minor, offer.best.months) == (20_000, 800, (3, 6))
    with pytest.raises(PromotionDoesNotApply) as refused:
        await counter.reserve(promotion, "card_instalment", months=12)
    assert refused.value.reason == "other_months"

    _, attempt = await counter.begin(promotion, "card_instalment", months=3)
    await counter.stands(attempt, "paid")

    assert attempt.amount_minor == 20_000
    assert await uses(counter.floor) == [("confirmed", 500, 0)]
    assert [
        row.amount_minor for row in await counter.floor.all("SELECT amount_minor FROM promotion_share")
    ] == [250, 250]
    assert (await counter.till.row()).money == "paid"


async def test_a_promotion_whose_time_is_over_ends_and_keeps_what_it_promised(counter: Counter) -> None:
    promotion = await counter.promote(valid_until=counter.now + timedelta(hours=1))
    _, attempt = await counter.begin(promotion)
    later = counter.now + timedelta(hours=1)

    assert await counter.floor.run(lambda tx: end_over(tx, now=later - timedelta(seconds=1))) == 0
    assert await counter.floor.run(lambda tx: end_over(tx, now=later)) == 1
    assert await counter.floor.run(lambda tx: end_over(tx, now=later)) == 0
    assert (await promotion_row(counter.floor, promotion.id)).state == "ended"

    await counter.stands(attempt, "paid")
    assert (await counter.till.row()).money == "paid"


async def test_hours_are_the_shops_own(counter: Counter) -> None:
    # 04:00 UTC is 11:00 in Jakarta.
    await counter.promote(hour_from=11, hour_until=12)
    [offer] = await counter.offered(VA)
    assert offer.pays_minor == 15_000
    counter.now += timedelta(hours=1)
    [offer] = await counter.offered(VA)
    assert [str(reason) for _, reason in offer.others] == ["outside_hours"]


async def test_cutting_an_order_costs_the_promotion_in_proportion_and_all_of_it_at_last(
    counter: Counter,
) -> None:
    """20,000 for two, 10,000 of it promoted: one is cut, and the buyer keeps paying half of what is left."""
    promotion = await counter.promote(fixed_minor=10_000, minimum_minor=20_000)
    _, attempt = await counter.begin(promotion)
    await counter.stands(attempt, "paid")
    floor, order = counter.floor, counter.till.order

    async def cut(units: int) -> Order:
        after: Order = await floor.run(
            lambda tx: cancel_order(tx, order.id, units=[Units(1, units)], reason="kurang", now=counter.now)
        )
        return after

    await cut(1)
    [row] = await floor.all("SELECT * FROM sales_order")
    assert (row.total_minor, row.covered_minor, row.paid_minor) == (10_000, 5_000, 10_000)
    [entry] = await floor.all("SELECT kind, money_minor FROM exception_entry WHERE state = 'open'")
    assert (entry.kind, entry.money_minor) == ("payment_over", 5_000)
    assert await uses(floor) == [("confirmed", 10_000, 5_000)]
    stands = await counter.refund(5_000)
    assert (stands.balance_minor, stands.covered_minor) == (0, 5_000)
    assert await uses(floor) == [("confirmed", 10_000, 5_000)]

    await cut(1)
    assert await uses(floor) == [("reversed", 10_000, 10_000)]
    stands = await counter.refund(5_000)
    assert (stands.refunded_minor, stands.covered_minor, stands.balance_minor) == (10_000, 0, 0)
    assert tuple(await promotion_row(floor, promotion.id)) == ("running", 0, 0)


async def test_of_two_payments_of_one_order_one_is_promoted(counter: Counter) -> None:
    promotion = await counter.promote()
    _, first = await counter.begin(promotion)
    await counter.stands(first, "offered")
    _, second = await counter.begin(promotion)
    await counter.stands(first, "paid")
    stands = await counter.stands(second, "paid")

    assert stands is not None
    assert (stands.paid_minor, stands.covered_minor, stands.balance_minor) == (30_000, 5_000, 15_000)
    assert await uses(counter.floor) == [("confirmed", 5_000, 0), ("released", 5_000, 0)]
    assert tuple(await promotion_row(counter.floor, promotion.id)) == ("running", 5_000, 1)


@pytest.mark.parametrize("how", ["refund", "reversed"])
async def test_a_cashback_the_buyer_has_stays_spent_whatever_becomes_of_their_money(
    counter: Counter, how: str
) -> None:
    promotion = await counter.promote(kind=PromotionKind.CASHBACK, budget_minor=5_000)
    use, attempt = await counter.begin(promotion)
    await counter.stands(attempt, "paid")
    await counter.floor.run(lambda tx: pay_out(tx, use.id, now=counter.now))

    if how == "refund":
        await counter.refund(20_000)
    else:
        await counter.stands(attempt, "reversed")

    assert await uses(counter.floor) == [("confirmed", 5_000, 0)]
    assert tuple(await promotion_row(counter.floor, promotion.id)) == ("exhausted", 5_000, 1)
    entries = await counter.floor.all(
        "SELECT kind, money_minor FROM exception_entry WHERE state = 'open' AND kind = 'cashback_beyond'"
    )
    assert [tuple(entry) for entry in entries] == [("cashback_beyond", 5_000)]


async def test_a_buyer_whose_records_were_merged_is_one_buyer(
    counter: Counter, keyring: Keyring, floor: ShopFloor
) -> None:
    promotion = await counter.promote(per_buyer=1)
    _, attempt = await counter.begin(promotion)
    await counter.stands(attempt, "paid")
    wanted = asked(("kopi", 2), buyer=a_buyer(phone="+6281299990000"))
    [placed] = await place(counter.till.world, keyring, wanted, now=counter.now)
    assert isinstance(placed, Placed)
    other = placed.order
    [offer] = await floor.run(lambda tx: offer_promotion.offered(tx, other, [VA], now=counter.now))
    assert offer.pays_minor == 15_000
    first, second = counter.till.order.customer_id, other.customer_id
    assert first is not None
    assert second is not None
    await floor.run(lambda tx: merge(tx, keyring, second, [first], now=counter.now))

    [offer] = await floor.run(lambda tx: offer_promotion.offered(tx, other, [VA], now=counter.now))

    assert (offer.best, [reason for _, reason in offer.others]) == (None, [Reason.BUYER_LIMIT])


async def test_what_an_order_has_reserved_itself_is_still_offered_to_it(counter: Counter) -> None:
    promotion = await counter.promote(budget_minor=5_000, per_buyer=1)
    await counter.begin(promotion)
    assert (await promotion_row(counter.floor, promotion.id)).state == "exhausted"

    [offer] = await counter.offered(VA)

    assert offer.best is not None
    assert (offer.best.promotion.id, offer.pays_minor) == (promotion.id, 15_000)


@pytest.mark.parametrize("known", [True, False], ids=["of a try", "typed without a try"])
async def test_a_chargeback_that_is_lost_takes_the_promotion_along(counter: Counter, known: bool) -> None:
    promotion = await counter.promote()
    _, attempt = await counter.begin(promotion)
    await counter.stands(attempt, "paid")
    floor, now = counter.floor, counter.now
    case = await floor.run(
        lambda tx: report_chargeback(
            tx,
            counter.till.order.id,
            attempt_id=attempt.id if known else None,
            amount_minor=15_000,
            reason="Tidak kenal",
            deadline=now + timedelta(days=5),
            now=now,
        )
    )

    await floor.run(lambda tx: lose_chargeback(tx, case.id, now=now))

    [row] = await floor.all("SELECT * FROM sales_order")
    assert (row.paid_minor, row.covered_minor) == (0, 0)
    assert (await uses(floor))[0][0] in {"released", "reversed"}
    assert tuple(await promotion_row(floor, promotion.id)) == ("running", 0, 0)
