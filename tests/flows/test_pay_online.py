"""An order's money through gateways that fail, keep silent, lie, answer late, or die with us in the middle."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from flows.paying import Died, Till, a_till
from given import a_buyer, asked, place
from orderan.auditor import audit
from orderan.flows.cancel_order import cancel_order
from orderan.flows.expire_orders import expire_orders
from orderan.flows.pay_online import LEASE, Wanted
from orderan.flows.place_order import Placed
from orderan.flows.settle_payment import settle_payment
from orderan.gateways import Outcome, Truth
from orderan.kit.crypto import Keyring
from orderan.kit.errors import Refusal
from orderan.payments import (
    Attempt,
    AttemptInTheAir,
    MoneyEvent,
    MoneyKind,
    NoRail,
    NothingToPay,
    PartDoesNotFit,
    attempts_of,
    call_for_news,
    claim_due,
    rails,
)
from orderan.promotions import Months, PromotionKind, PromotionWorthChanged
from promotions.promoting import a_discount, running, uses

pytestmark = pytest.mark.anyio

VA = "va_bca"


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


async def charge(till: Till) -> Attempt:
    return await till.cashier.charge(till.floor.caller, till.order.id, VA)


async def ask_due(till: Till) -> int:
    return await till.cashier.ask_due(till.floor.caller)


async def test_a_buyer_gets_a_number_pays_and_the_order_is_accepted(till: Till, database_url: str) -> None:
    attempt = await charge(till)
    assert (attempt.state, attempt.gateway, attempt.amount_minor) == ("offered", "midtrans", 20_000)
    assert attempt.instrument == {"kind": "virtual_account", "number": "8808123"}
    assert (await till.row()).money == "pending"

    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    till.later(timedelta(minutes=2))
    assert await ask_due(till) == 1

    row = await till.row()
    assert (row.commercial, row.money, row.paid_minor) == ("accepted", "paid", 20_000)
    assert await till.ledger() == [("pending", 20_000), ("pending_cleared", 20_000), ("captured", 20_000)]
    assert audit(database_url, now=till.clock.at).findings == []


async def test_the_same_news_heard_again_and_at_once_is_booked_once(till: Till) -> None:
    attempt = await charge(till)
    till.first.says(Outcome.SUCCEEDED, paid=20_000)

    await asyncio.gather(*(till.cashier.ask(till.floor.caller, attempt) for _ in range(8)))
    await till.cashier.ask(till.floor.caller, attempt)

    assert [kind for kind, _ in await till.ledger()] == ["pending", "pending_cleared", "captured"]
    assert (await till.row()).paid_minor == 20_000


@pytest.mark.parametrize("how", ["refused", "failed"])
async def test_a_rail_that_did_nothing_is_followed_by_the_next(till: Till, how: str) -> None:
    till.first.how = how

    attempt = await charge(till)

    assert (attempt.gateway, attempt.state) == ("xendit", "offered")
    assert await till.states() == [("midtrans", "failed"), ("xendit", "offered")]
    assert [kind for kind, _ in await till.ledger()] == ["pending"]


async def test_when_every_rail_failed_the_buyer_is_told_and_the_order_still_waits(till: Till) -> None:
    till.first.how = till.second.how = "failed"

    with pytest.raises(NoRail):
        await charge(till)

    assert (await till.row()).money == "unpaid"
    assert await till.ledger() == []


async def test_while_one_try_is_unknown_no_other_begins_and_no_other_rail_is_asked(till: Till) -> None:
    till.first.how = "lost_after"

    attempt = await charge(till)
    assert attempt.state == "unknown"
    assert (await till.row()).money == "unknown"
    with pytest.raises(AttemptInTheAir):
        await charge(till)
    assert till.second.charged == []

    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    till.later(timedelta(seconds=5))
    assert await ask_due(till) == 1
    assert (await till.row()).money == "paid"
    assert await till.ledger() == [("unknown", 20_000), ("unknown_cleared", 20_000), ("captured", 20_000)]
    with pytest.raises(NothingToPay):
        await charge(till)


async def test_what_was_lost_before_it_arrived_frees_the_next_try(till: Till) -> None:
    till.first.how = "lost_before"
    assert (await charge(till)).state == "unknown"

    till.later(timedelta(seconds=5))
    await ask_due(till)
    # The request may still wait in the gateway's own queue.
    assert await till.states() == [("midtrans", "unknown")]
    till.later(timedelta(seconds=30))
    await ask_due(till)
    assert await till.states() == [("midtrans", "failed")]
    assert (await till.row()).money == "unpaid"

    till.first.how = "ok"
    assert (await charge(till)).state == "offered"
    assert [asked.reference for asked in till.first.charged] == sorted(
        {a.reference for a in till.first.charged}
    )


async def test_a_gateway_that_stays_silent_is_asked_again_ever_more_rarely_and_the_order_waits(
    till: Till,
) -> None:
    till.first.how, till.first.away = "lost_after", True
    await charge(till)
    waits = []
    for _ in range(10):
        [due] = await till.floor.all("SELECT ask_at FROM payment_attempt")
        waits.append((due.ask_at - till.clock.at).total_seconds())
        till.clock.at = due.ask_at
        assert await ask_due(till) == 1

    assert waits == [5, 10, 20, 60, 120, 300, 900, 3600, 3600, 3600]
    assert (await till.row()).money == "unknown"


async def test_a_process_that_dies_before_it_keeps_the_answer_leaves_a_try_the_clock_finds(
    till: Till,
) -> None:
    till.first.how = "died_after"
    with pytest.raises(Died):
        await charge(till)
    assert await till.states() == [("midtrans", "asking")]
    with pytest.raises(AttemptInTheAir):
        await charge(till)

    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    till.later(timedelta(seconds=30))
    assert await ask_due(till) == 1

    assert (await till.row()).money == "paid"
    assert await till.ledger() == [("captured", 20_000)]


async def test_two_clicks_at_once_make_one_try(till: Till) -> None:
    answers = await asyncio.gather(*(charge(till) for _ in range(2)), return_exceptions=True)

    # One may come after the other's number was shown: then a second number is offered.
    assert all(isinstance(answer, Attempt | AttemptInTheAir) for answer in answers)
    states = [state for _, state in await till.states()]
    assert set(states) == {"offered"}
    assert len(states) == sum(isinstance(answer, Attempt) for answer in answers)


async def test_both_numbers_paid_is_money_twice_and_is_told(till: Till) -> None:
    till.first.keeps = True
    first = await charge(till)
    till.first.how = "failed"
    second = await till.cashier.charge(till.floor.caller, till.order.id, VA, anew=True)
    till.first.there[first.reference] = replace(
        till.first.there[first.reference], outcome=Outcome.SUCCEEDED, paid_minor=20_000
    )
    till.second.says(Outcome.SUCCEEDED, paid=20_000)
    for attempt in (first, second):
        await till.cashier.ask(till.floor.caller, attempt)

    row = await till.row()
    assert (row.paid_minor, row.money) == (40_000, "overpaid")
    [entry] = await till.floor.all("SELECT kind, money_minor FROM exception_entry WHERE state = 'open'")
    assert (entry.kind, entry.money_minor) == ("payment_over", 20_000)


async def test_money_that_is_taken_back_within_the_minute_is_not_there_any_more(till: Till) -> None:
    attempt = await charge(till)
    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    await till.cashier.ask(till.floor.caller, attempt)
    assert (await till.row()).money == "paid"

    till.first.says(Outcome.REVERSED, paid=20_000)
    till.later(timedelta(minutes=2))
    assert await ask_due(till) == 1

    row = await till.row()
    assert (row.paid_minor, row.money) == (0, "unpaid")
    assert [
        entry.kind for entry in await till.floor.all("SELECT kind FROM exception_entry WHERE state = 'open'")
    ] == ["payment_under"]


async def test_money_that_came_and_went_unheard_leaves_both_in_the_ledger(till: Till) -> None:
    attempt = await charge(till)
    till.first.says(Outcome.REVERSED, paid=20_000)

    after = await till.cashier.ask(till.floor.caller, attempt)

    assert after.state == "reversed"
    assert (await till.row()).paid_minor == 0


async def test_money_after_the_order_expired_revives_it(till: Till) -> None:
    attempt = await charge(till)
    limit = (await till.row()).hold_until
    till.clock.at = limit + timedelta(minutes=1)
    await till.floor.run(lambda tx: expire_orders(tx, now=till.clock.at))
    assert (await till.row()).commercial == "expired"

    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    await till.cashier.ask(till.floor.caller, attempt)

    row = await till.row()
    assert (row.commercial, row.paid_minor) == ("accepted", 20_000)


async def test_money_for_a_cancelled_order_is_kept_and_told(till: Till) -> None:
    attempt = await charge(till)
    await till.floor.run(lambda tx: cancel_order(tx, till.order.id, reason="Batal", now=till.clock.at))
    till.first.says(Outcome.SUCCEEDED, paid=20_000)

    await till.cashier.ask(till.floor.caller, attempt)

    [entry] = await till.floor.all("SELECT kind, money_minor FROM exception_entry WHERE state = 'open'")
    assert (entry.kind, entry.money_minor) == ("payment_after_close", 20_000)
    with pytest.raises(NothingToPay):
        await charge(till)


@pytest.mark.parametrize("lie", [{"amount_minor": 2_000, "paid": 2_000}, {"currency": "USD", "paid": 20_000}])
async def test_another_amount_or_currency_than_was_asked_is_looked_at_by_a_person(
    till: Till, lie: dict[str, object]
) -> None:
    attempt = await charge(till)
    till.first.says(Outcome.SUCCEEDED, **lie)  # type: ignore[arg-type]

    await till.cashier.ask(till.floor.caller, attempt)

    kinds = {
        row.kind for row in await till.floor.all("SELECT kind FROM exception_entry WHERE state = 'open'")
    }
    assert "payment_differs" in kinds
    assert (await till.row()).commercial == "awaiting_payment"
    assert (await till.row()).paid_minor == (2_000 if "amount_minor" in lie else 0)


async def test_a_part_paid_is_booked_as_a_part_and_the_rest_when_it_comes(till: Till) -> None:
    attempt = await charge(till)
    till.first.says(Outcome.PENDING, paid=5_000)
    await till.cashier.ask(till.floor.caller, attempt)
    assert ((await till.row()).paid_minor, (await till.row()).commercial) == (5_000, "awaiting_payment")

    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    await till.cashier.ask(till.floor.caller, attempt)
    assert ((await till.row()).paid_minor, (await till.row()).commercial) == (20_000, "accepted")


async def test_an_older_word_that_overtook_a_newer_one_changes_nothing(till: Till) -> None:
    attempt = await charge(till)
    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    await till.cashier.ask(till.floor.caller, attempt)
    for older in (Outcome.PENDING, Outcome.EXPIRED, Outcome.DECLINED, Outcome.ABSENT):
        till.first.says(older)
        assert (await till.cashier.ask(till.floor.caller, attempt)).state == "paid"

    assert (await till.row()).paid_minor == 20_000


@pytest.mark.parametrize("word", [Outcome.PENDING, Outcome.EXPIRED, Outcome.DECLINED, Outcome.ABSENT])
async def test_a_gateway_that_no_longer_calls_a_payment_paid_is_told_and_nothing_moves(
    till: Till, word: Outcome
) -> None:
    await charge(till)
    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    till.later(timedelta(minutes=2))
    await ask_due(till)
    till.first.says(word)
    till.later(timedelta(minutes=2))
    await ask_due(till)

    [entry] = await till.floor.all("SELECT kind, reason FROM exception_entry WHERE state = 'open'")
    assert (entry.kind, entry.reason) == ("payment_differs", str(word))
    assert ((await till.row()).paid_minor, await till.states()) == (20_000, [("midtrans", "paid")])


async def test_a_payment_that_is_called_cancelled_went_back(till: Till) -> None:
    """A card is voided on the gateway's own page: its ledger is a person's, its state the gateway's."""
    await charge(till)
    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    till.later(timedelta(minutes=2))
    await ask_due(till)
    till.first.says(Outcome.CANCELLED)
    till.later(timedelta(minutes=2))
    await ask_due(till)

    [entry] = await till.floor.all("SELECT reason, payload FROM exception_entry WHERE state = 'open'")
    assert (entry.reason, entry.payload["refunded_minor"]) == ("refunded_elsewhere", 20_000)
    assert ((await till.row()).paid_minor, await till.states()) == (20_000, [("midtrans", "refunded")])


@pytest.mark.parametrize("breaks", ["us", "the database"])
async def test_an_answer_that_breaks_us_holds_up_no_other_payment(
    till: Till, keyring: Keyring, breaks: str
) -> None:
    [placed] = await place(
        till.world, keyring, asked(("kopi", 1), buyer=a_buyer("Budi", "+628129999999")), now=till.clock.at
    )
    assert isinstance(placed, Placed)
    bad = await charge(till)
    await till.cashier.charge(till.floor.caller, placed.order.id, VA)
    till.first.says(Outcome.SUCCEEDED, paid=10_000)
    answer = till.first.look_up

    async def look_up(**of: Any) -> Truth:
        if of["reference"] != bad.reference:
            return await answer(**of)
        if breaks == "us":
            raise KeyError
        return Truth(bad.reference, "a\0b", Outcome.SUCCEEDED, 20_000, "IDR", paid_minor=20_000)

    till.first.look_up = look_up  # type: ignore[method-assign]
    till.later(timedelta(minutes=2))
    if breaks == "us":
        with pytest.raises(KeyError):
            await ask_due(till)
    else:
        await ask_due(till)

    assert (await till.row(placed.order.id)).money == "paid"
    assert await ask_due(till) == 0
    entries = await till.floor.all("SELECT reason FROM exception_entry WHERE kind = 'payment_differs'")
    assert [entry.reason for entry in entries] == ([] if breaks == "us" else ["not_storable"])

    till.first.look_up = answer  # type: ignore[method-assign]
    till.first.there[bad.reference] = replace(
        till.first.there[bad.reference], outcome=Outcome.SUCCEEDED, paid_minor=20_000
    )
    till.later(timedelta(minutes=5))
    await ask_due(till)
    assert (await till.row()).money == "paid"


async def test_nothing_is_asked_with_a_transaction_open(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    from orderan.kit.db import refuse_outside_call

    real = type(till.first).charge

    async def watched(self: object, asked: object) -> object:
        refuse_outside_call("midtrans")
        return await real(self, asked)  # type: ignore[arg-type]

    monkeypatch.setattr(type(till.first), "charge", watched)
    assert (await charge(till)).state == "offered"


async def test_an_order_that_waits_for_nothing_begins_nothing(till: Till) -> None:
    await till.floor.run(lambda tx: cancel_order(tx, till.order.id, reason="Batal", now=till.clock.at))
    with pytest.raises(Refusal):
        await charge(till)
    assert await till.states() == []


async def test_news_that_comes_while_the_gateway_is_asked_has_it_asked_again(till: Till) -> None:
    attempt = await charge(till)
    answer = till.first.look_up

    async def news_meanwhile(**of: Any) -> Truth:
        truth = await answer(**of)
        till.first.says(Outcome.SUCCEEDED, paid=20_000)
        await till.floor.run(lambda tx: call_for_news(tx, [attempt.id], now=till.clock.at))
        return truth

    till.later(timedelta(minutes=2))
    till.first.look_up = news_meanwhile  # type: ignore[method-assign]
    assert await ask_due(till) == 1
    assert (await till.row()).money == "pending"

    till.first.look_up = answer  # type: ignore[method-assign]
    assert await ask_due(till) == 1
    assert (await till.row()).money == "paid"


async def test_two_workers_take_different_tries_and_a_dead_one_leaves_its_own_due(till: Till) -> None:
    await charge(till)
    till.later(timedelta(minutes=2))
    taken = await till.floor.run(
        lambda tx: claim_due(tx, now=till.clock.at, until=till.clock.at + LEASE, limit=10)
    )
    assert len(taken) == 1
    assert await ask_due(till) == 0

    till.later(LEASE)
    assert await ask_due(till) == 1


async def test_the_same_method_again_offers_what_was_offered(till: Till) -> None:
    first = await charge(till)
    assert (await charge(till)).id == first.id
    assert len(till.first.charged) == 1


async def test_another_one_takes_the_first_back_at_its_gateway(till: Till) -> None:
    first = await charge(till)

    again = await till.cashier.charge(till.floor.caller, till.order.id, VA, anew=True)

    assert again.id != first.id
    assert till.first.taken_back == [first.reference]
    assert await till.states() == [("midtrans", "cancelled"), ("midtrans", "offered")]


async def test_one_that_was_paid_meanwhile_is_no_longer_taken_back_and_nothing_else_is_charged(
    till: Till,
) -> None:
    await charge(till)
    till.first.says(Outcome.SUCCEEDED, paid=20_000)

    with pytest.raises(NothingToPay):
        await till.cashier.charge(till.floor.caller, till.order.id, VA, anew=True)

    assert len(till.first.charged) == 1
    assert (await till.row()).money == "paid"


async def test_what_cannot_be_taken_back_is_watched_and_ends_with_the_payment_of_the_other(
    till: Till,
) -> None:
    till.first.keeps = True
    await charge(till)
    second = await till.cashier.charge(till.floor.caller, till.order.id, VA, anew=True)
    assert [state for _, state in await till.states()] == ["offered", "offered"]

    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    await till.cashier.ask(till.floor.caller, second)
    till.first.keeps = False
    assert await ask_due(till) == 1

    assert [state for _, state in await till.states()] == ["cancelled", "paid"]
    assert (await till.row()).paid_minor == 20_000


async def test_an_offer_of_an_order_that_was_cancelled_is_taken_back(till: Till) -> None:
    await charge(till)
    await till.floor.run(lambda tx: cancel_order(tx, till.order.id, now=till.clock.at, reason="buyer"))
    till.later(timedelta(minutes=2))
    assert await ask_due(till) == 1
    assert [state for _, state in await till.states()] == ["cancelled"]


async def test_a_word_the_ledger_cannot_follow_goes_to_a_person_and_hinders_no_other(till: Till) -> None:
    attempt = await charge(till)
    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    taken = MoneyEvent(
        till.order.id, MoneyKind.CAPTURED, VA, 20_000, "IDR", f"{attempt.reference}:20000", "midtrans"
    )
    await till.floor.run(lambda tx: settle_payment(tx, taken, now=till.clock.at))

    till.later(timedelta(minutes=2))
    assert await ask_due(till) == 1

    entries = await till.floor.all("SELECT kind, reason FROM exception_entry WHERE kind = 'payment_differs'")
    assert [(entry.kind, entry.reason) for entry in entries] == [
        ("payment_differs", "payment_reference_used")
    ]
    assert (await till.row()).paid_minor == 20_000
    assert (await till.states())[0][1] == "offered"


async def test_money_paid_back_on_the_gateways_own_page_is_told_and_not_booked(till: Till) -> None:
    attempt = await charge(till)
    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    await till.cashier.ask(till.floor.caller, attempt)
    till.first.says(Outcome.REFUNDED, paid=20_000, refunded_minor=5_000)
    await till.cashier.ask(till.floor.caller, attempt)

    entries = await till.floor.all(
        "SELECT reason, payload FROM exception_entry WHERE kind = 'payment_differs'"
    )
    assert [(entry.reason, entry.payload["refunded_minor"]) for entry in entries] == [
        ("refunded_elsewhere", 5_000)
    ]
    assert [kind for kind, _ in await till.ledger()] == ["pending", "pending_cleared", "captured"]


async def test_while_the_clock_stands_still_a_fresh_try_can_be_paid(till: Till) -> None:
    row = await till.row()
    past = row.hold_until + timedelta(minutes=10)
    stopped = row.hold_until - timedelta(minutes=5)
    await till.floor.run(
        lambda tx: tx.run("UPDATE sales_order SET clock_stopped_at = %(at)s", {"at": stopped})
    )
    till.clock.at = past
    attempt = await charge(till)
    assert attempt.state == "offered"
    assert attempt.expires_at == past + timedelta(minutes=5)


async def test_who_decided_before_another_began_begins_nothing(till: Till) -> None:
    """A second window looked while there was nothing, and comes when the first one has its number."""
    caller, order_id = till.floor.caller, till.order.id
    known = await till.cashier.put_aside(caller, order_id)
    first = await charge(till)
    [rail, *_] = await till.floor.run(rails)

    with pytest.raises(AttemptInTheAir):
        await till.cashier._over(caller, order_id, rail, None, None, known=known)

    assert [asked.reference for asked in till.first.charged] == [first.reference]
    assert await till.states() == [("midtrans", "offered")]


async def test_a_promotion_goes_along_to_the_next_rail_and_is_used_once(till: Till) -> None:
    promotion = await running(till.floor, a_discount(till.clock.at, budget_minor=5_000), now=till.clock.at)
    till.first.how = "failed"

    attempt = await till.cashier.charge(
        till.floor.caller, till.order.id, VA, wish=Wanted(promotion.id, 5_000)
    )

    assert (attempt.gateway, attempt.amount_minor, attempt.state) == ("xendit", 15_000, "offered")
    assert [asked.amount_minor for asked in till.first.charged + till.second.charged] == [15_000, 15_000]
    assert await uses(till.floor) == [("released", 5_000, 0), ("reserved", 5_000, 0)]


async def test_the_plan_a_buyer_chose_is_the_only_one_the_gateway_offers(till: Till) -> None:
    plan = a_discount(
        till.clock.at,
        kind=PromotionKind.INSTALMENT,
        fixed_minor=0,
        months=(Months(3, 250), Months(6, 500)),
    )
    promotion = await running(till.floor, plan, now=till.clock.at)

    await till.cashier.charge(till.floor.caller, till.order.id, VA, wish=Wanted(promotion.id, None, 3))

    [asked_for] = till.first.charged
    assert (asked_for.months, asked_for.amount_minor) == (3, 20_000)
    [use] = await till.floor.all("SELECT months, amount_minor FROM promotion_redemption")
    assert (use.months, use.amount_minor) == (3, 500)


@pytest.mark.parametrize("how", ["lost_before", "lost_after", "died_after"])
async def test_a_promotion_of_a_try_nobody_knows_of_is_held_until_its_truth(till: Till, how: str) -> None:
    promotion = await running(till.floor, a_discount(till.clock.at), now=till.clock.at)
    till.first.how = how
    with suppress(Died):
        await till.cashier.charge(till.floor.caller, till.order.id, VA, wish=Wanted(promotion.id, 5_000))
    assert await uses(till.floor) == [("reserved", 5_000, 0)]

    took_it = how != "lost_before"
    if took_it:
        till.first.says(Outcome.SUCCEEDED, paid=15_000)
    till.later(timedelta(minutes=30))
    while await ask_due(till):
        till.later(timedelta(minutes=30))

    row = await till.row()
    assert (row.paid_minor, row.covered_minor) == ((15_000, 5_000) if took_it else (0, 0))
    assert await uses(till.floor) == [("confirmed" if took_it else "released", 5_000, 0)]


@pytest.mark.parametrize("ended", [Outcome.EXPIRED, Outcome.CANCELLED, Outcome.DECLINED])
async def test_late_money_is_found_although_the_gateway_was_away_when_its_news_came(
    till: Till, ended: Outcome
) -> None:
    attempt = await till.cashier.charge(till.floor.caller, till.order.id, "va_bca")
    till.first.says(ended)
    await till.cashier.ask(till.floor.caller, attempt)
    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    till.first.away = True
    await till.floor.run(lambda tx: call_for_news(tx, [attempt.id], now=till.clock.at))
    assert await till.cashier.ask_due(till.floor.caller) == 1
    assert await till.cashier.ask_due(till.floor.caller) == 0

    till.first.away = False
    till.later(timedelta(minutes=15))
    assert await till.cashier.ask_due(till.floor.caller) == 1

    assert ("captured", 20_000) in await till.ledger()
    assert (await till.row()).money == "paid"


async def test_a_question_about_money_that_got_no_answer_is_not_one_of_the_few(till: Till) -> None:
    attempt = await till.cashier.charge(till.floor.caller, till.order.id, "va_bca")
    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    await till.cashier.ask(till.floor.caller, attempt)
    till.first.away = True
    for wait in (2, 15, 15, 24 * 60):
        till.later(timedelta(minutes=wait))
        assert await till.cashier.ask_due(till.floor.caller) == 1

    till.first.away = False
    till.first.says(Outcome.REVERSED, paid=20_000)
    till.later(timedelta(minutes=15))
    assert await till.cashier.ask_due(till.floor.caller) == 1

    assert (await till.ledger())[-1] == ("capture_reversed", 20_000)


async def test_what_cannot_be_charged_leaves_the_buyer_what_they_have(till: Till) -> None:
    """A part that does not fit, a promotion that ended: the number they were given stays payable."""
    await charge(till)
    promotion = await running(till.floor, a_discount(till.clock.at, fixed_minor=6_000), now=till.clock.at)

    with pytest.raises(PartDoesNotFit):
        await till.cashier.charge(till.floor.caller, till.order.id, VA, part_minor=1)
    with pytest.raises(PromotionWorthChanged):
        await till.cashier.charge(
            till.floor.caller, till.order.id, VA, wish=Wanted(promotion.id, 5_000), anew=True
        )

    assert till.first.taken_back == []
    assert await till.states() == [("midtrans", "offered")]


async def test_two_payments_of_one_order_heard_at_once_are_promoted_once(till: Till) -> None:
    promotion = await running(till.floor, a_discount(till.clock.at), now=till.clock.at)
    till.first.keeps = True
    for anew in (False, True):
        await till.cashier.charge(
            till.floor.caller, till.order.id, VA, wish=Wanted(promotion.id, 5_000), anew=anew
        )
        till.first.says(Outcome.PENDING)
    for reference, truth in till.first.there.items():
        till.first.there[reference] = replace(truth, outcome=Outcome.SUCCEEDED, paid_minor=15_000)
    tries = await till.floor.run(lambda tx: attempts_of(tx, till.order.id))
    assert len(tries) == 2
    await till.floor.run(lambda tx: call_for_news(tx, [one.id for one in tries], now=till.clock.at))

    assert await ask_due(till) == 2

    row = await till.row()
    assert (row.paid_minor, row.covered_minor) == (30_000, 5_000)
    assert await uses(till.floor) == [("confirmed", 5_000, 0), ("released", 5_000, 0)]
