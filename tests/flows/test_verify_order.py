"""Asking COD buyers: who is asked, by what, how often; what their word, and their silence, does."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from conftest import ShopFloor
from given import World, a_buyer, a_shop, asked, place
from orderan.flows.asking_steps import Asked, NotAsked
from orderan.flows.cancel_order import cancel_order
from orderan.flows.change_order import confirm, open_change
from orderan.flows.erase_customer import erase_customer
from orderan.flows.hear_buyer import (
    answer_by_hand,
    ask_again,
    hear_answer,
    waive_verification,
)
from orderan.flows.pick_task import release_tasks, start_picking
from orderan.flows.place_order import Placed
from orderan.flows.replay_decision import replay
from orderan.flows.verify_order import Verifier, advance_cases
from orderan.flows.views_asking import Turn, unsaid_orders
from orderan.flows.views_cod import asked_since
from orderan.fulfilment import PickingBlocked
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller
from orderan.kit.migrations import shipped
from orderan.kit.text import GONE
from orderan.orders import EVERYTHING, Order, SetQuantity, Terms, orders_by_id
from orderan.verification import (
    DEFAULT,
    AnswerUnknown,
    Attempt,
    AttemptEvent,
    Buyer,
    Failure,
    NotBeingAsked,
    Policy,
    Rule,
    Silence,
    Step,
    Verdict,
    Way,
    When,
    attempts_of,
    decide,
    faults,
    keep_policy,
    plain,
    policies,
    read,
)

pytestmark = pytest.mark.anyio

BOTH = Policy(
    rules=(Rule("langganan", When(delivered_at_least=1, refused_at_most=0), Verdict.WAIVE),),
    steps=(
        Step(Way.WHATSAPP, tries=1, answer_minutes=120),
        Step(Way.CALL, tries=2, answer_minutes=5, spacing_minutes=30),
    ),
    deadline_hours=24,
)


@dataclass
class Line:
    """A way that reaches whom it is told to."""

    heard: list[tuple[UUID, str]] = field(default_factory=list)
    fails: bool = False
    sure: bool = True

    async def ask(self, caller: Caller, attempt: Attempt, token: str) -> Asked:
        if self.fails:
            raise NotAsked("uji", Failure.UNAVAILABLE, "503")
        self.heard.append((attempt.order_id, token))
        return Asked("uji", f"u-{len(self.heard)}", sure=self.sure)


@dataclass
class Desk:
    """A shop that asks its COD buyers."""

    world: World
    keyring: Keyring
    clock: SetClock
    whatsapp: Line
    phone: Line
    verifier: Verifier

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    async def policy(self, policy: Policy, *, expected: int = 1) -> int:
        version: int = await self.floor.run(
            lambda tx: keep_policy(tx, policy, expected=expected, now=self.clock.at)
        )
        return version

    async def order(self, *, terms: Terms = Terms.COD, phone: str = "081234567890") -> Order:
        buyer = replace(a_buyer(), phone=phone)
        [placed] = await place(
            self.world, self.keyring, asked(("kopi", 2), buyer=buyer, terms=terms), now=self.clock.at
        )
        assert isinstance(placed, Placed)
        return await self.now_is(placed.order.id)

    async def now_is(self, order_id: UUID) -> Order:
        found: dict[UUID, Order] = await self.floor.run(lambda tx: orders_by_id(tx, [order_id]))
        return found[order_id]

    async def passes(self, **span: float) -> None:
        self.clock.at += timedelta(**span)
        while await self.verifier.work_due(self.floor.caller):
            pass

    async def ways(self, order_id: UUID) -> list[tuple[str, str]]:
        found = await self.floor.run(lambda tx: attempts_of(tx, order_id))
        return [(str(one.way), str(one.state)) for one in found]

    async def hear(self, token: str, event: AttemptEvent) -> Order:
        order: Order = await self.floor.run(
            lambda tx: hear_answer(tx, token, event, answer="1", now=self.clock.at)
        )
        return order


@pytest.fixture
async def desk(floor: ShopFloor, keyring: Keyring, now: datetime) -> Desk:
    clock = SetClock(now)
    whatsapp, phone = Line(), Line()
    verifier = Verifier(floor.db, clock, {Way.WHATSAPP: whatsapp, Way.CALL: phone})
    return Desk(await a_shop(floor, now, stock={"kopi": 50}), keyring, clock, whatsapp, phone, verifier)


async def test_only_who_says_so_asks_nobody_and_prepaid_buyers_never_are(desk: Desk) -> None:
    silent = await desk.order()
    assert (silent.verification, await desk.ways(silent.id)) == ("waived", [])
    why = "SELECT reason FROM order_move WHERE axis = 'verification'"
    assert [row.reason for row in await desk.floor.all(why)] == ["nobody_is_asked"]
    assert await desk.floor.value("SELECT count(*) FROM decision WHERE kind = 'verification'") == 0
    await desk.policy(BOTH)
    assert (await desk.order(terms=Terms.PREPAID)).verification == "not_needed"
    assert (await desk.order()).verification == "waiting"


async def test_without_a_policy_or_an_account_the_shops_own_people_ask_before_anything_is_picked(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    clock = SetClock(now)
    desk = Desk(
        await a_shop(floor, now, stock={"kopi": 50}, policy=None),
        keyring,
        clock,
        Line(),
        Line(),
        Verifier(floor.db, clock, {}),
    )
    unwritten = await desk.order()
    await desk.policy(DEFAULT, expected=0)
    new = await desk.order(phone="081298765432")
    await desk.passes()

    for order in (unwritten, new):
        assert order.verification == "waiting"
        assert await desk.ways(order.id) == [("agent", "asked")]
    tasks = [row.id for row in await floor.all("SELECT id FROM task")]
    with pytest.raises(PickingBlocked):
        await floor.run(lambda tx: release_tasks(tx, tasks, now=now))


async def test_a_shop_of_an_older_release_follows_the_default_and_one_that_wrote_its_own_keeps_it(
    floor: ShopFloor, database_url: str, now: datetime
) -> None:
    [file] = [one for one in shipped() if one.name.startswith("1900_")]

    async def brought_up() -> list[tuple[int, Policy]]:
        with psycopg.connect(database_url, autocommit=True, options="-c orderan.shop=0") as database:
            for statement in file.statements:
                database.execute(statement.encode())
        kept = await floor.run(policies)
        return [(version, one.policy) for version, one in kept.items()]

    assert await brought_up() == [(1, DEFAULT)]
    await floor.run(lambda tx: keep_policy(tx, BOTH, expected=1, now=now))
    assert await brought_up() == [(2, BOTH), (1, DEFAULT)]


def test_the_default_asks_whom_nobody_knows_and_whoever_orders_much() -> None:
    known = Buyer(80_000, None, orders_before=3, delivered=2, refused=0)
    verdicts = {
        "known": (known, Verdict.WAIVE),
        "first": (replace(known, orders_before=0, delivered=0), Verdict.ASK),
        "much": (replace(known, total_minor=500_000), Verdict.ASK),
        "refused": (replace(known, refused=1), Verdict.ASK),
        "never took one": (replace(known, delivered=0), Verdict.ASK),
    }
    assert {why: decide(DEFAULT, buyer).verdict for why, (buyer, _) in verdicts.items()} == {
        why: verdict for why, (_, verdict) in verdicts.items()
    }
    assert faults(DEFAULT) == ()
    assert read(plain(DEFAULT)) == DEFAULT


async def test_a_word_by_whatsapp_lets_the_work_begin(desk: Desk) -> None:
    await desk.policy(BOTH)
    order = await desk.order()
    await desk.passes()
    [(about, token)] = desk.whatsapp.heard
    assert about == order.id
    assert await desk.ways(order.id) == [("whatsapp", "asked")]

    confirmed = await desk.hear(token, AttemptEvent.CONFIRM)

    assert confirmed.verification == "confirmed"
    assert await desk.ways(order.id) == [("whatsapp", "confirmed")]
    await desk.passes(hours=40)
    assert desk.phone.heard == []
    with pytest.raises(NotBeingAsked):
        await desk.hear(token, AttemptEvent.REFUSE)
    tasks = [row.id for row in await desk.floor.all("SELECT id FROM task")]
    await desk.floor.run(lambda tx: release_tasks(tx, tasks, now=desk.clock.at))
    await desk.floor.run(lambda tx: start_picking(tx, tasks, now=desk.clock.at))


async def test_a_no_cancels_the_order_and_its_stock_is_free_at_once(desk: Desk) -> None:
    await desk.policy(BOTH)
    order = await desk.order()
    assert await desk.floor.value("SELECT sum(allocated)::int FROM stock") == 2
    await desk.passes()

    refused = await desk.hear(desk.whatsapp.heard[0][1], AttemptEvent.REFUSE)

    assert (refused.commercial, refused.verification) == ("cancelled", "refused")
    assert await desk.floor.value("SELECT sum(allocated)::int FROM stock") == 0
    reason = await desk.floor.value(
        "SELECT reason FROM order_move WHERE order_id = %(id)s AND to_state = 'refused'", id=order.id
    )
    assert reason == "whatsapp:1"


async def test_silence_goes_from_way_to_way_and_ends_as_the_policy_says(desk: Desk) -> None:
    await desk.policy(replace(BOTH, silence=Silence.CANCEL))
    order = await desk.order()
    await desk.passes()
    await desk.passes(minutes=121)
    assert await desk.ways(order.id) == [("whatsapp", "missed"), ("call", "asked")]
    await desk.passes(minutes=6)
    assert len(desk.phone.heard) == 1
    await desk.passes(minutes=31)
    assert await desk.ways(order.id) == [("whatsapp", "missed"), ("call", "missed"), ("call", "asked")]
    await desk.passes(minutes=6)

    # Every way was tried, and the buyer has until the deadline.
    [waits] = await desk.floor.run(
        lambda tx: unsaid_orders(tx, EVERYTHING, order_id=order.id, limit=1, now=desk.clock.at)
    )
    assert (waits.turn, waits.over, waits.next_at == waits.deadline) == (Turn.WAIT, True, True)
    await desk.passes(hours=21)
    assert (await desk.now_is(order.id)).commercial == "accepted"
    assert len(desk.whatsapp.heard) + len(desk.phone.heard) == 3
    late = await desk.order()
    await desk.passes(hours=1)

    ended = await desk.now_is(order.id)
    assert (ended.verification, ended.commercial) == ("unreachable", "cancelled")
    assert await desk.floor.value("SELECT sum(allocated)::int FROM stock") == 2

    for _ in range(4):
        await desk.passes(minutes=125)
    answered = await desk.hear(desk.whatsapp.heard[-1][1], AttemptEvent.CONFIRM)
    assert (answered.id, answered.verification) == (late.id, "confirmed")
    await desk.passes(hours=30)
    assert (await desk.now_is(late.id)).commercial == "accepted"


async def test_who_was_never_asked_did_not_keep_silent(desk: Desk) -> None:
    await desk.policy(replace(BOTH, silence=Silence.CANCEL))
    desk.whatsapp.fails = desk.phone.fails = True
    down = await desk.order()
    await desk.passes()
    await desk.passes(minutes=31)
    assert {state for _, state in await desk.ways(down.id)} == {"failed"}
    desk.verifier.ways = {}
    nothing = await desk.order()
    await desk.passes()
    assert await desk.ways(nothing.id) == []
    listed = Policy(steps=(Step(Way.AGENT, answer_minutes=60),), silence=Silence.CANCEL)
    await desk.policy(listed, expected=2)
    uncalled = await desk.order()
    await desk.passes()
    await desk.passes(minutes=61)

    for order in (down, nothing, uncalled):
        held = await desk.now_is(order.id)
        assert (held.verification, held.commercial) == ("unreachable", "accepted")
    told = "SELECT subject_id FROM exception_entry WHERE kind = 'buyer_not_asked' AND state = 'open'"
    assert {row.subject_id for row in await desk.floor.all(told)} == {down.id, nothing.id, uncalled.id}

    await desk.floor.run(lambda tx: ask_again(tx, down.id, now=desk.clock.at))
    await desk.floor.run(lambda tx: cancel_order(tx, nothing.id, reason="batal", now=desk.clock.at))
    await desk.floor.run(lambda tx: waive_verification(tx, uncalled.id, reason="dikenal", now=desk.clock.at))
    assert await desk.floor.all(told) == []
    # Somebody called, and nobody took it up: that is silence.
    await desk.passes()
    await desk.floor.run(
        lambda tx: answer_by_hand(tx, down.id, AttemptEvent.MISS, note="", now=desk.clock.at)
    )
    await desk.passes(hours=49)
    assert (await desk.now_is(down.id)).commercial == "cancelled"


async def test_a_late_yes_saves_an_order_that_is_only_held(desk: Desk) -> None:
    await desk.policy(BOTH)
    order = await desk.order()
    for _ in range(5):
        await desk.passes(minutes=125)
    assert (await desk.now_is(order.id)).verification == "unreachable"

    late = await desk.hear(desk.whatsapp.heard[0][1], AttemptEvent.CONFIRM)

    assert late.verification == "confirmed"
    with pytest.raises(NotBeingAsked):
        await desk.floor.run(lambda tx: ask_again(tx, order.id, now=desk.clock.at))


async def test_nobody_is_rung_at_night_in_their_own_zone(desk: Desk) -> None:
    desk.clock.at = desk.clock.at.replace(hour=14, minute=30)
    await desk.policy(BOTH)
    await desk.order()
    await desk.passes()
    assert desk.whatsapp.heard == []
    # 08.00 in Jakarta is 01.00 UTC.
    await desk.passes(hours=10, minutes=25)
    assert desk.whatsapp.heard == []
    await desk.passes(minutes=6)
    assert len(desk.whatsapp.heard) == 1


async def test_what_was_planned_by_day_is_not_done_at_night(desk: Desk) -> None:
    # 19.30 in Jakarta: due at once, and then the worker stood still.
    desk.clock.at = desk.clock.at.replace(hour=12, minute=30)
    await desk.policy(BOTH)
    order = await desk.order()
    await desk.passes(hours=3, minutes=30)
    assert (desk.whatsapp.heard, await desk.ways(order.id)) == ([], [])
    await desk.passes(hours=9, minutes=1)
    assert await desk.ways(order.id) == [("whatsapp", "asked")]
    # Nobody's hour comes before the deadline: nobody is rung, and nothing is taken from them.
    brief = replace(BOTH, deadline_hours=2, silence=Silence.CANCEL)
    await desk.policy(brief, expected=2)
    desk.clock.at = desk.clock.at.replace(hour=12, minute=30)
    soon = await desk.order()
    await desk.passes(hours=1)
    await desk.passes(hours=1)
    assert await desk.ways(soon.id) == []
    held = await desk.now_is(soon.id)
    assert (held.verification, held.commercial) == ("unreachable", "accepted")


async def test_a_provider_that_fails_is_passed_over_and_a_lost_answer_waits(desk: Desk) -> None:
    await desk.policy(BOTH)
    desk.whatsapp.fails = True
    desk.phone.sure = False
    order = await desk.order()
    await desk.passes()
    await desk.passes(minutes=1)
    assert await desk.ways(order.id) == [("whatsapp", "failed"), ("call", "unknown")]
    await desk.hear(desk.phone.heard[0][1], AttemptEvent.CONFIRM)
    assert (await desk.now_is(order.id)).verification == "confirmed"


async def test_whoever_took_parcels_before_is_waived_and_the_choice_is_kept(desk: Desk) -> None:
    first = await desk.order()
    await desk.floor.all(
        "UPDATE sales_order SET delivered_at = placed_at WHERE id = %(id)s RETURNING id", id=first.id
    )
    await desk.policy(BOTH)

    again = await desk.order()
    other = await desk.order(phone="081298765432")

    assert (again.verification, other.verification) == ("waived", "waiting")
    kept = {
        row.subject_id: (row.outcome["verdict"], row.reasons)
        for row in await desk.floor.all("SELECT * FROM decision WHERE kind = 'verification'")
    }
    assert kept == {again.id: ("waive", ["rule:langganan"]), other.id: ("ask", ["no_rule"])}


async def test_no_way_to_a_pick_list_is_open_before_the_buyers_word(desk: Desk) -> None:
    await desk.policy(BOTH)
    order = await desk.order()
    tasks = [row.id for row in await desk.floor.all("SELECT id FROM task")]
    for step in (release_tasks, start_picking):
        with pytest.raises(PickingBlocked):
            await desk.floor.run(lambda tx, step=step: step(tx, tasks, now=desk.clock.at))
    for sql in (
        "UPDATE task SET state = 'released' WHERE id = ANY(%(ids)s) RETURNING id",
        "UPDATE task SET state = 'picking', order_cleared = TRUE WHERE id = ANY(%(ids)s) RETURNING id",
    ):
        with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.ForeignKeyViolation)):
            await desk.floor.all(sql, ids=tasks)

    waived = await desk.floor.run(
        lambda tx: waive_verification(tx, order.id, reason="pelanggan toko", now=desk.clock.at)
    )
    assert waived.verification == "waived"
    await desk.floor.run(lambda tx: release_tasks(tx, tasks, now=desk.clock.at))
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        await desk.floor.all("UPDATE sales_order SET verification = 'waiting' RETURNING id")


async def test_an_agents_word_counts_whatever_else_is_open(desk: Desk) -> None:
    await desk.policy(BOTH)
    order = await desk.order()
    await desk.passes()

    await desk.floor.run(
        lambda tx: answer_by_hand(tx, order.id, AttemptEvent.CONFIRM, note="ditelepon", now=desk.clock.at)
    )

    assert (await desk.now_is(order.id)).verification == "confirmed"
    assert sorted(await desk.ways(order.id)) == [("agent", "confirmed"), ("whatsapp", "overtaken")]


async def test_an_agents_list_is_worked_off_try_by_try(desk: Desk) -> None:
    await desk.policy(Policy(steps=(Step(Way.AGENT, tries=2, answer_minutes=60, spacing_minutes=30),)))
    order = await desk.order()
    await desk.passes()
    assert await desk.ways(order.id) == [("agent", "asked")]
    await desk.floor.run(
        lambda tx: answer_by_hand(tx, order.id, AttemptEvent.MISS, note="tidak diangkat", now=desk.clock.at)
    )
    await desk.passes(minutes=29)
    assert await desk.ways(order.id) == [("agent", "missed")]
    await desk.passes(minutes=2)
    assert await desk.ways(order.id) == [("agent", "missed"), ("agent", "asked")]
    await desk.passes(minutes=61)
    assert (await desk.now_is(order.id)).verification == "unreachable"

    await desk.floor.run(lambda tx: ask_again(tx, order.id, now=desk.clock.at))
    await desk.passes()
    assert (await desk.now_is(order.id)).verification == "waiting"
    assert (await desk.ways(order.id))[-1] == ("agent", "asked")


async def test_a_cancelled_order_asks_nobody_any_more(desk: Desk) -> None:
    await desk.policy(BOTH)
    order = await desk.order()
    await desk.passes()
    await desk.floor.run(lambda tx: cancel_order(tx, order.id, reason="batal", now=desk.clock.at))
    await desk.passes(hours=40)

    assert await desk.ways(order.id) == [("whatsapp", "overtaken")]
    assert desk.phone.heard == []
    with pytest.raises(NotBeingAsked):
        await desk.hear(desk.whatsapp.heard[0][1], AttemptEvent.CONFIRM)


async def test_a_strange_or_old_token_answers_for_nothing(desk: Desk) -> None:
    await desk.policy(BOTH)
    order = await desk.order()
    await desk.passes()
    with pytest.raises(AnswerUnknown):
        await desk.hear("tebakan", AttemptEvent.CONFIRM)
    token = desk.whatsapp.heard[0][1]
    for _ in range(5):
        await desk.passes(minutes=125)
    desk.clock.at += timedelta(hours=48)
    with pytest.raises(AnswerUnknown):
        await desk.hear(token, AttemptEvent.CONFIRM)
    assert (await desk.now_is(order.id)).verification == "unreachable"


async def test_a_worker_that_died_between_begin_and_call_leaves_a_try_that_ends_by_itself(desk: Desk) -> None:
    await desk.policy(BOTH)
    order = await desk.order()
    await desk.floor.run(lambda tx: advance_cases(tx, [order.id], desk.verifier.ways, now=desk.clock.at))
    assert await desk.ways(order.id) == [("whatsapp", "sending")]

    await desk.passes(minutes=3)
    assert await desk.ways(order.id) == [("whatsapp", "sending")]
    await desk.passes(minutes=120)
    assert await desk.ways(order.id) == [("whatsapp", "missed"), ("call", "asked")]


async def test_an_erased_buyer_leaves_neither_their_words_nor_where_they_live(desk: Desk) -> None:
    await desk.policy(BOTH)
    order = await desk.order()
    await desk.passes()
    await desk.floor.run(
        lambda tx: answer_by_hand(
            tx, order.id, AttemptEvent.REFUSE, note="anaknya sakit di Melawai", now=desk.clock.at
        )
    )
    await desk.floor.all(
        "UPDATE verification_attempt SET recording_url = 'https://suara.test/1' RETURNING id"
    )
    kept = "SELECT kind, inputs, outcome FROM decision WHERE kind = 'verification'"
    [made] = await desk.floor.all(kept)
    assert "area" in made.inputs["buyer"]
    again = replay(made.kind, made.inputs, made.outcome)
    assert again is not None
    assert again.same
    customer = order.customer_id
    assert customer is not None

    await desk.floor.run(lambda tx: erase_customer(tx, customer, reason="diminta", now=desk.clock.at))

    left = await desk.floor.all("SELECT note, recording_url FROM verification_attempt ORDER BY id")
    assert {(row.note, row.recording_url) for row in left} == {(None, None), (GONE, None)}
    [made] = await desk.floor.all(kept)
    assert (made.inputs["buyer"].get("area", "gone"), made.inputs["buyer"]["total_minor"]) == (
        "gone",
        order.total_minor,
    )
    assert replay(made.kind, made.inputs, made.outcome) is None


async def test_a_word_does_not_outlive_the_order_it_was_given_for(desk: Desk) -> None:
    await desk.policy(BOTH)
    said, unsaid, picked = [await desk.order() for _ in range(3)]
    await desk.passes()
    tokens = dict(desk.whatsapp.heard)
    await desk.hear(tokens[said.id], AttemptEvent.CONFIRM)
    await desk.hear(tokens[picked.id], AttemptEvent.CONFIRM)
    task = await desk.floor.value("SELECT id FROM task WHERE order_id = %(id)s", id=picked.id)
    await desk.floor.run(lambda tx: release_tasks(tx, [task], now=desk.clock.at))

    async def changes(order: Order, units: int) -> str:
        actions = [SetQuantity(line_no=1, quantity=units)]
        change = await desk.floor.run(
            lambda tx: open_change(tx, order.id, actions, reason="tambah", now=desk.clock.at)
        )
        await desk.floor.run(lambda tx: confirm(tx, order.id, change.id, now=desk.clock.at))
        return (await desk.now_is(order.id)).verification

    assert await changes(said, 1) == "confirmed"
    assert [await changes(order, 5) for order in (said, unsaid, picked)] == [
        "waiting",
        "waiting",
        "confirmed",
    ]
    for order in (said, unsaid):
        with pytest.raises(NotBeingAsked):
            await desk.hear(tokens[order.id], AttemptEvent.CONFIRM)
    await desk.passes()
    again = dict(desk.whatsapp.heard)
    assert (await desk.hear(again[said.id], AttemptEvent.CONFIRM)).verification == "confirmed"
    assert await desk.ways(unsaid.id) == [("whatsapp", "overtaken"), ("whatsapp", "asked")]


async def test_a_call_by_the_shops_own_people_costs_what_the_policy_says_and_waiting_on_their_list_nothing(
    desk: Desk,
) -> None:
    agents = Policy(
        steps=(Step(Way.AGENT, tries=3, answer_minutes=60, spacing_minutes=60),), agent_minor=1_500
    )
    await desk.policy(agents)
    order = await desk.order()
    await desk.passes()
    hear = answer_by_hand
    await desk.floor.run(
        lambda tx: hear(tx, order.id, AttemptEvent.MISS, note="tidak diangkat", now=desk.clock.at)
    )
    # Nobody took the second from the list.
    for _ in range(3):
        await desk.passes(hours=1)
    await desk.floor.run(
        lambda tx: hear(tx, order.id, AttemptEvent.CONFIRM, note="telepon", now=desk.clock.at)
    )
    made = await desk.floor.run(lambda tx: attempts_of(tx, order.id))
    assert sorted((str(one.state), one.cost_minor or 0) for one in made) == [
        ("confirmed", 1_500),
        ("missed", 0),
        ("missed", 1_500),
    ]
    since = desk.clock.at - timedelta(days=1)
    found = await desk.floor.run(lambda tx: asked_since(tx, since, trip_minor=100))
    assert found.cost_minor == 3_000


async def test_what_a_call_costs_is_a_sum_a_call_can_cost() -> None:
    assert faults(replace(BOTH, agent_minor=-1)) == ("agent_minor: out_of_range",)
    assert faults(replace(BOTH, agent_minor=1_000_001)) == ("agent_minor: out_of_range",)
    assert read(plain(replace(BOTH, agent_minor=1_500))).agent_minor == 1_500
    old = {name: term for name, term in plain(BOTH).items() if name != "agent_minor"}
    assert read(old).agent_minor == 0
