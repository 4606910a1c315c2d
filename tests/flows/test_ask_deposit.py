"""Nobody answered, so a deposit is asked for: paid it is as good as a yes, unpaid the order is cancelled."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till, open_a_rail
from flows.test_score_orders import act_on
from given import a_buyer, a_shop, asked, place
from orderan.auditor import Finding, audit
from orderan.flows.asking_steps import Asked, NotAsked
from orderan.flows.cancel_order import cancel_order
from orderan.flows.hear_buyer import ask_again, hear_answer, waive_verification
from orderan.flows.payable import is_payable
from orderan.flows.pick_task import release_tasks
from orderan.flows.place_order import Placed
from orderan.flows.settle_payment import settle_payment
from orderan.flows.verify_order import Verifier
from orderan.flows.watch_limits import watch_limits
from orderan.fulfilment import PickingBlocked
from orderan.gateways import Outcome
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Tx
from orderan.kit.events import sequence
from orderan.orders import Order, Terms, orders_by_id
from orderan.payments import MoneyEvent, MoneyKind, NothingToPay, PartDoesNotFit
from orderan.trust import Bands, Measure, Rule, TermsDenied
from orderan.verification import (
    Attempt,
    AttemptEvent,
    DepositDemanded,
    Failure,
    Policy,
    Silence,
    Step,
    Way,
    attempts_of,
    keep_policy,
)

pytestmark = pytest.mark.anyio


class Undone(Exception):
    """What was done in a transaction is taken back."""


HALF = Policy(
    steps=(Step(Way.WHATSAPP, tries=1, answer_minutes=60),),
    silence=Silence.DEPOSIT,
    deposit_percent=50,
    deposit_hours=6,
)


@dataclass
class Line:
    """A way that reaches everybody, or nobody from some moment on."""

    fails: bool = False
    tokens: list[str] = field(default_factory=list)

    async def ask(self, caller: Caller, attempt: Attempt, token: str) -> Asked:
        if self.fails:
            raise NotAsked("uji", Failure.UNAVAILABLE, "503")
        self.tokens.append(token)
        return Asked("uji", f"u-{attempt.id}")


@dataclass
class Desk:
    """A shop that asks silent buyers for a deposit, and one order of 20,000 that waits for its buyer's word."""

    till: Till
    order_id: UUID
    whatsapp: Line
    sms: Line
    verifier: Verifier

    @property
    def floor(self) -> ShopFloor:
        return self.till.floor

    async def passes(self, **span: float) -> None:
        self.till.later(timedelta(**span))
        while await self.verifier.work_due(self.floor.caller):
            pass

    async def stands(self) -> Order:
        found: dict[UUID, Order] = await self.floor.run(lambda tx: orders_by_id(tx, [self.order_id]))
        return found[self.order_id]

    async def ways(self) -> list[tuple[str, str]]:
        found = await self.floor.run(lambda tx: attempts_of(tx, self.order_id))
        return [(str(one.way), str(one.state)) for one in found]

    async def entries(self) -> list[str]:
        rows = await self.floor.all("SELECT kind FROM exception_entry WHERE state = 'open' ORDER BY kind")
        return [row.kind for row in rows]

    async def allocated(self) -> int:
        found: int = await self.floor.value("SELECT sum(allocated)::int FROM stock")
        return found

    async def findings(self, database_url: str) -> list[Finding]:
        """Of an audit, once the worker came by."""
        await self.floor.run(sequence)
        await self.floor.run(lambda tx: watch_limits(tx, now=self.till.clock.at))
        return audit(database_url, now=self.till.clock.at).findings

    async def why(self) -> str:
        found: str = await self.floor.value(
            "SELECT reason FROM order_move WHERE order_id = %(id)s AND reason IS NOT NULL ORDER BY at DESC, id DESC LIMIT 1",
            id=self.order_id,
        )
        return found


async def a_desk(floor: ShopFloor, keyring: Keyring, now: datetime, policy: Policy) -> Desk:
    till = await a_till(floor, keyring, now)
    await floor.run(lambda tx: keep_policy(tx, policy, expected=1, now=now))
    [placed] = await place(till.world, keyring, asked(("kopi", 2), buyer=a_buyer(), terms=Terms.COD), now=now)
    assert isinstance(placed, Placed)
    whatsapp, sms = Line(), Line()
    verifier = Verifier(floor.db, till.clock, {Way.WHATSAPP: whatsapp, Way.SMS: sms})
    return Desk(till, placed.order.id, whatsapp, sms, verifier)


@pytest.fixture
async def desk(floor: ShopFloor, keyring: Keyring, now: datetime) -> Desk:
    """Nobody answered within the hour, and the deposit was just asked for."""
    made = await a_desk(floor, keyring, now, HALF)
    await made.passes()
    await made.passes(minutes=61)
    return made


async def test_a_deposit_that_is_paid_is_as_good_as_a_yes_and_the_rest_is_collected(
    desk: Desk, database_url: str
) -> None:
    waits = await desk.stands()
    assert (waits.verification, waits.commercial, await desk.allocated()) == ("unreachable", "accepted", 2)
    assert (waits.deposit_due_minor, waits.hold_until) == (10_000, desk.till.clock.at + timedelta(hours=6))
    assert await desk.ways() == [("whatsapp", "missed"), ("whatsapp", "asked")]
    cashier, caller = desk.till.cashier, desk.floor.caller
    for part in (5_000, 20_000):
        with pytest.raises(PartDoesNotFit):
            await cashier.charge(caller, desk.order_id, "va_bca", part_minor=part)

    attempt = await cashier.charge(caller, desk.order_id, "va_bca")
    assert attempt.amount_minor == 10_000
    desk.till.first.says(Outcome.SUCCEEDED, paid=10_000)
    desk.till.later(timedelta(minutes=2))
    await cashier.ask_due(caller)

    paid = await desk.stands()
    assert (paid.verification, paid.money, paid.due_minor) == ("confirmed", "partly_paid", 10_000)
    assert await desk.why() == "deposit"
    assert await desk.ways() == [("whatsapp", "missed"), ("whatsapp", "overtaken")]
    with pytest.raises(NothingToPay):
        await cashier.charge(caller, desk.order_id, "va_bca")
    tasks = [row.id for row in await desk.floor.all("SELECT id FROM task")]
    await desk.floor.run(lambda tx: release_tasks(tx, tasks, now=desk.till.clock.at))
    await desk.passes(hours=12)
    assert (await desk.stands()).commercial == "accepted"
    assert await desk.entries() == []
    assert await desk.findings(database_url) == []

    # At the door all of the rest is collected: less is missing, whatever was paid before.
    short = MoneyEvent(desk.order_id, MoneyKind.COD_COLLECTED, "cod", 4_000, "IDR", "JNE-1")
    await desk.floor.run(lambda tx: settle_payment(tx, short, now=desk.till.clock.at))
    assert await desk.entries() == ["payment_under"]


async def test_a_deposit_that_is_not_paid_costs_the_order_unless_money_is_under_way(
    desk: Desk, database_url: str
) -> None:
    desk.till.first.how = "lost_after"
    await desk.till.cashier.charge(desk.floor.caller, desk.order_id, "va_bca")
    assert await desk.till.states() == [("midtrans", "unknown")]
    await desk.passes(hours=6, minutes=1)
    assert (await desk.stands()).commercial == "accepted"

    desk.till.first.says(Outcome.DECLINED)
    await desk.till.cashier.ask_due(desk.floor.caller)
    await desk.passes(minutes=11)

    ended = await desk.stands()
    assert (ended.commercial, ended.verification, await desk.allocated()) == ("cancelled", "unreachable", 0)
    assert await desk.why() == "deposit_unpaid"
    assert await desk.findings(database_url) == []


async def test_nobody_is_told_of_a_deposit_at_night_and_its_time_runs_from_when_they_are(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    # 19.30 in Jakarta, so that silence falls at 20.31.
    desk = await a_desk(floor, keyring, now.replace(hour=12, minute=30), HALF)
    await desk.passes()
    await desk.passes(minutes=61)
    morning = now.replace(hour=1, minute=0) + timedelta(days=1)
    assert await desk.ways() == [("whatsapp", "missed")]
    assert (await desk.stands()).hold_until == morning + timedelta(hours=6)

    # The worker stood still until 10.00: they have the whole time from then on.
    await desk.passes(hours=13, minutes=29)
    assert await desk.ways() == [("whatsapp", "missed"), ("whatsapp", "asked")]
    assert desk.till.clock.at == morning + timedelta(hours=2)
    assert (await desk.stands()).hold_until == morning + timedelta(hours=8)
    await desk.passes(hours=5, minutes=59)
    assert (await desk.stands()).commercial == "accepted"
    await desk.passes(minutes=1)
    assert (await desk.stands()).commercial == "cancelled"
    assert await desk.why() == "deposit_unpaid"


async def test_a_word_that_comes_meanwhile_counts_and_no_deposit_is_asked_for_any_more(desk: Desk) -> None:
    first = desk.whatsapp.tokens[0]
    said = await desk.floor.run(
        lambda tx: hear_answer(tx, first, AttemptEvent.CONFIRM, answer="yes", now=desk.till.clock.at)
    )
    assert (said.verification, said.deposit_minor, said.hold_until) == ("confirmed", None, None)
    assert not is_payable(said)
    await desk.passes(hours=7)
    assert (await desk.stands()).commercial == "accepted"


async def test_who_is_asked_anew_owes_no_deposit_until_they_are_silent_again(desk: Desk) -> None:
    await desk.floor.run(lambda tx: ask_again(tx, desk.order_id, now=desk.till.clock.at))
    anew = await desk.stands()
    assert (anew.verification, anew.deposit_minor, is_payable(anew)) == ("waiting", None, False)
    await desk.passes()
    await desk.passes(minutes=61)
    assert (await desk.stands()).deposit_due_minor == 10_000


@pytest.mark.parametrize(
    "why",
    [
        "no message gets through",
        "nothing of the shop's takes so little",
        "the gateway of all there is does not take so little",
    ],
)
async def test_a_deposit_nobody_could_be_asked_for_costs_nobody_their_order(
    floor: ShopFloor, keyring: Keyring, now: datetime, why: str
) -> None:
    dead = why == "no message gets through"
    policy = HALF if dead else replace(HALF, deposit_percent=10)
    desk = await a_desk(floor, keyring, now, policy)
    if why.startswith("the gateway"):
        await floor.run(lambda tx: tx.run("UPDATE rail SET state = 'paused'"))
        await floor.run(lambda tx: open_a_rail(tx, now=now, gateway="duitku"))
    await desk.passes()
    desk.whatsapp.fails = desk.sms.fails = dead
    await desk.passes(minutes=61)
    await desk.passes(hours=7)

    held = await desk.stands()
    assert (held.commercial, held.verification, held.deposit_minor) == ("accepted", "unreachable", None)
    assert await desk.allocated() == 2
    assert await desk.entries() == (["buyer_not_asked"] if dead else [])


async def a_doubted_order(desk: Desk, keyring: Keyring) -> Desk:
    """Another order of the same telephone, of which the score wants a deposit, in a shop that holds who is silent."""
    await desk.floor.run(
        lambda tx: keep_policy(tx, replace(HALF, silence=Silence.HOLD), expected=2, now=desk.till.clock.at)
    )
    await desk.floor.run(lambda tx: cancel_order(tx, desk.order_id, reason="uji", now=desk.till.clock.at))
    again = Rule("lagi", Measure.PHONE_ORDERS_DAY, 1, 50)
    await act_on(desk.floor, desk.till.clock.at, again, cod=Bands(deposit=50))
    placement = asked(("kopi", 2), buyer=a_buyer(), terms=Terms.COD)
    [placed] = await place(desk.till.world, keyring, placement, now=desk.till.clock.at)
    assert isinstance(placed, Placed), placed
    assert (placed.order.wants_deposit, placed.order.deposit_due_minor) == (True, 10_000)
    return replace(desk, order_id=placed.order.id)


async def test_of_an_order_that_is_not_trusted_a_deposit_is_asked_at_once_whatever_becomes_of_silence(
    desk: Desk, keyring: Keyring, database_url: str
) -> None:
    doubted = await a_doubted_order(desk, keyring)
    assert (await doubted.why(), await doubted.ways()) == ("trust_deposit", [])

    await doubted.passes()
    assert await doubted.ways() == [("whatsapp", "asked")]
    [task] = await desk.floor.all("SELECT id FROM task WHERE order_id = %(id)s", id=doubted.order_id)
    with pytest.raises(PickingBlocked):
        await desk.floor.run(lambda tx: release_tasks(tx, [task.id], now=desk.till.clock.at))
    with pytest.raises(DepositDemanded):
        await desk.floor.run(
            lambda tx: hear_answer(tx, desk.whatsapp.tokens[-1], AttemptEvent.CONFIRM, now=desk.till.clock.at)
        )
    assert (await doubted.stands()).wants_deposit

    attempt = await desk.till.cashier.charge(desk.floor.caller, doubted.order_id, "va_bca")
    assert attempt.amount_minor == 10_000
    desk.till.first.says(Outcome.SUCCEEDED, paid=10_000)
    desk.till.later(timedelta(minutes=2))
    await desk.till.cashier.ask_due(desk.floor.caller)

    paid = await doubted.stands()
    assert (paid.verification, paid.money, paid.due_minor) == ("confirmed", "partly_paid", 10_000)
    await desk.floor.run(lambda tx: release_tasks(tx, [task.id], now=desk.till.clock.at))
    assert await doubted.findings(database_url) == []


async def test_a_deposit_the_score_wants_that_is_not_paid_costs_the_order_its_place(
    desk: Desk, keyring: Keyring, database_url: str
) -> None:
    doubted = await a_doubted_order(desk, keyring)
    await doubted.passes()
    await doubted.passes(hours=7)

    over = await doubted.stands()
    assert (over.commercial, await doubted.why()) == ("cancelled", "deposit_unpaid")
    assert await doubted.findings(database_url) == []


async def test_a_no_is_heard_and_a_person_may_let_it_go_without_the_deposit(
    desk: Desk, keyring: Keyring
) -> None:
    doubted = await a_doubted_order(desk, keyring)
    await doubted.passes()
    now = desk.till.clock.at

    async def undone(tx: Tx) -> None:
        waived = await waive_verification(tx, doubted.order_id, reason="pelanggan lama", now=now)
        assert (waived.verification, waived.wants_deposit) == ("waived", False)
        raise Undone

    with pytest.raises(Undone):
        await desk.floor.run(undone)
    await desk.floor.run(lambda tx: hear_answer(tx, desk.whatsapp.tokens[-1], AttemptEvent.REFUSE, now=now))
    assert (await doubted.stands()).commercial == "cancelled"


async def test_where_nothing_takes_the_deposit_the_order_is_denied_as_before(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, Rule("selalu", Measure.PHONE_ORDERS_DAY, 1, 50), cod=Bands(deposit=50))
    first, second = await place(
        world, keyring, *[asked(("kopi", 1), buyer=a_buyer(), terms=Terms.COD) for _ in range(2)], now=now
    )
    assert isinstance(first, Placed)
    assert isinstance(second, TermsDenied)
    assert second.outcome == "deposit"
