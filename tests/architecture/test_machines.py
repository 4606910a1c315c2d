"""Every machine is walked whole: on paper, and through the rows that live by it.

The machines are found, not listed, so a new one fails here until somebody has redrawn it as a grid in
its domain's `test_states.py` and said how its rows are moved. A walk puts a row into each state in
turn, asks for each event by the command that makes the move, and looks at the row: it is where the
table says, or the move was refused and the row stands as it stood.
"""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import pytest
from psycopg.errors import CheckViolation

import orderan
from conftest import ShopFloor
from fulfilment.working import an_order, packed, pay, shipped
from given import JAKARTA, SURABAYA, World, a_shop
from incidents.troubled import a_street
from orderan.access import add_staff
from orderan.customers import CustomerNotActive, Typed, erase, merge, register
from orderan.fleet import (
    Driver,
    PlanningEvent,
    PlanOvertaken,
    RunEvent,
    Tour,
    Van,
    ask_planning,
    end_planning,
    keep_depot,
    keep_driver,
    keep_van,
    lock_runs,
    make_runs,
    move_run,
)
from orderan.flows import offer_promotion
from orderan.flows.book_refund import lock_refund, take_back
from orderan.flows.change_order import confirm, decline_change, open_change
from orderan.flows.deliver import move_on
from orderan.flows.payment_incident import close, confirm_incident, dismiss_incident, recover
from orderan.flows.pick_task import start_picking
from orderan.flows.refund_order import execute_refund, promise_refund, withdraw_refund
from orderan.flows.settle_payment import settle_payment
from orderan.flows.settle_return import ask_return
from orderan.fulfilment import TaskEvent, lock_tasks, move_tasks
from orderan.incidents import find_incident, reopen_incident
from orderan.inventory import (
    Arrival,
    Travel,
    cancel_transfer,
    dispatch_transfer,
    open_transfer,
    receive_transfer,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import new_id
from orderan.kit.states import IllegalMove, Machine
from orderan.orders import ChangeNotOpen, SetQuantity
from orderan.payments import REFUND, MoneyEvent, MoneyKind, RefundEvent, RefundState
from orderan.promotions import (
    PromotionEvent,
    RedemptionEvent,
    confirm_use,
    lock_redemption,
    make_promotion,
    move_promotion,
    release_use,
    reverse_use,
)
from orderan.returns import ReturnEvent, Wanted, find_return, move_return
from orderan.routes import Point
from orderan.shipping import ParcelEvent
from orderan.trust import (
    DenialEvent,
    ModelEvent,
    ReviewEvent,
    ReviewNotFound,
    TooLittleHistory,
    appeal,
    ask_training,
    decline_training,
    end_review,
    judge,
    keep_model,
    lapse_reviews,
    let_speak,
    silence,
)
from promotions.promoting import a_discount, running
from trust.learned import BETTER, MODEL, WORSE, learn

pytestmark = pytest.mark.anyio


def machines() -> dict[str, Machine[Any, Any]]:
    """Every machine of the product by name, wherever it stands."""
    found: dict[str, Machine[Any, Any]] = {}
    for module in pkgutil.walk_packages(orderan.__path__, "orderan."):
        if not module.name.endswith("__main__"):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, Machine):
                    assert found.setdefault(value.name, value) is value, (
                        f"two machines are called {value.name}"
                    )
    return found


MACHINES = machines()


def drawn() -> dict[type[StrEnum], dict[tuple[StrEnum, StrEnum], StrEnum | None]]:
    """Every square anybody redrew, by the machine's states."""
    squares: dict[type[StrEnum], dict[tuple[StrEnum, StrEnum], StrEnum | None]] = {}
    for path in sorted(Path(__file__).parents[1].glob("*/test_states.py")):
        module: Any = importlib.import_module(f"{path.parent.name}.test_states")
        found = module.SQUARES if hasattr(module, "SQUARES") else [one.values[1:] for one in module.squares()]
        for state, event, following in found:
            squares.setdefault(type(state), {})[state, event] = following
    return squares


@pytest.mark.parametrize("name", MACHINES)
def test_every_square_of_a_machine_was_redrawn_by_hand_and_is_as_it_was_drawn(name: str) -> None:
    machine = MACHINES[name]
    states = type(machine.initial)
    events = {type(event) for _, event in machine.moves}
    [kind] = events
    redrawn = drawn()[states]
    assert set(redrawn) == {(state, event) for state in states for event in kind}
    for (state, event), following in redrawn.items():
        assert machine.allows(state, event) is (following is not None)
        if following is None:
            with pytest.raises(IllegalMove) as refused:
                machine.after(state, event)
            assert (refused.value.machine, refused.value.state, refused.value.event) == (name, state, event)
        else:
            assert machine.after(state, event) is following


Move = Callable[[Tx, Any], Awaitable[Any]]


@dataclass
class Walk:
    """How the rows of a machine are moved.

    Attributes:
        put: Sets the state of the row, and what a row of that state has; named parameters state, id, now, other.
        move: Asks for an event, by its command.
        refusals: What a move that does not exist is refused with.
    """

    table: str
    id: UUID
    move: Move
    put: LiteralString | None = None
    refusals: tuple[type[Refusal], ...] = (IllegalMove,)
    other: UUID | None = None


NOT_WALKED = {
    "fleet.stop": "a driver moves it with parcels, cash and proof: tests/fleet/test_driving_runs.py",
    "notifications.delivery": "providers move it, and clocks: tests/flows/test_send_messages.py",
    "notifications.message": "its deliveries move it: tests/flows/test_send_messages.py",
    "order.commercial": "its commands choose their orders by state themselves: tests/orders, one file per verb",
    "order.hold": "has no column: its state is read from when it was released and by whom",
    "order.verification": "buyers, agents and silence move it: tests/flows/test_verify_order.py",
    "verification.attempt": "providers, buyers and the clock move it: tests/flows/test_verify_order.py",
    "verification.delivery_day": "buyers, agents and the clock move it: tests/flows/test_delivery_day.py",
    "payments.approval": "stands beside the state of a refund: tests/flows/test_approve_refund.py",
    "returns.dispute": "a decision needs words and a person: tests/returns/test_disputes.py",
    "returns.exchange": "the return it is for moves it: tests/returns/test_exchange.py",
    "payments.chargeback": "its ends move money, each another way: tests/flows/test_contest_chargeback.py",
    "payments.voucher": "agreeing puts money on it, and takes a second person: tests/flows/test_pay_with_voucher.py",
    "payments.payout": "every move needs what the one before it left: tests/flows/test_pay_out.py",
    "payments.refund_try": "gateways move it: tests/flows/test_execute_refund.py",
    "payments.attempt": "gateways move it: tests/flows/test_pay_online.py, and their news in any order",
    "shipping.booking": "couriers move it, and a clock: tests/flows/test_book_courier.py",
    "shipping.missed_door": "its buyer and its parcel move it: tests/shipping/test_missed_door.py",
    "shipping.claim": "a step needs evidence and amounts: tests/shipping/test_claims.py",
    "packing.packing": "what is in its parcels moves it: tests/packing/test_packing.py",
    "shipping.manifest": "what is scanned onto it moves it: tests/shipping/test_manifests.py",
    "picking.list": "what is on it moves it, and whoever walks it: tests/picking/test_waves.py",
    "picking.wave": "its lists move it: tests/picking/test_waves.py",
    "stocktake.area": "whoever counts moves it: tests/stocktake/test_counting.py",
    "stocktake.take": "its areas move it, and whoever approves: tests/stocktake/test_counting.py",
    "settlements.entry": "files and the ledger move it; a person's word is tests/flows/test_reconciling.py",
}


@dataclass
class Stage:
    """Rows of every machine, each in a shop of their own making."""

    floor: ShopFloor
    keyring: Keyring
    now: datetime
    world: World

    async def task(self) -> Walk:
        order = await an_order(self.world, self.keyring, ("kopi", 1), now=self.now)
        await pay(self.world, order, now=self.now)
        task = await packed(self.world, order, now=self.now)

        async def move(tx: Tx, event: TaskEvent) -> None:
            if event is TaskEvent.START:
                await start_picking(tx, [task], now=self.now)
            else:
                await move_tasks(tx, list((await lock_tasks(tx, [task])).values()), event, now=self.now)

        return Walk("task", task, move)

    async def parcel(self) -> Walk:
        order = await an_order(self.world, self.keyring, ("kopi", 1), now=self.now)
        await pay(self.world, order, now=self.now)
        [parcel] = await shipped(self.world, order, now=self.now)

        async def move(tx: Tx, event: ParcelEvent) -> None:
            await move_on(tx, [parcel.id], event, now=self.now)

        return Walk("parcel", parcel.id, move)

    async def _depot(self) -> UUID:
        place = self.world.locations["JKT"]
        point = Point(-6.2, 106.8)
        await self.floor.run(
            lambda tx: keep_depot(
                tx, place, point, opens=time(8), closes=time(20), service_s=60, now=self.now
            )
        )
        return place

    async def planning(self) -> Walk:
        place = await self._depot()
        made = await self.floor.run(
            lambda tx: ask_planning(tx, place, run_id=None, weather="clear", now=self.now)
        )

        async def move(tx: Tx, event: PlanningEvent) -> None:
            if event is PlanningEvent.APPLY:
                await end_planning(tx, made.id, outcome={}, now=self.now)
            else:
                await end_planning(tx, made.id, refusal="x", now=self.now)

        return Walk("fleet_planning", made.id, move, PUT_PLANNING, refusals=(PlanOvertaken,))

    async def run(self) -> Walk:
        place = await self._depot()
        van = Van(new_id(), place, "Blind Van", 1_000, 5, 0, 0, 0, 0)

        async def furnish(tx: Tx) -> UUID:
            await keep_van(tx, van, now=self.now)
            staff = await add_staff(
                tx,
                email="sopir@toko.test",
                name="Sopir",
                roles=["driver"],
                password_hash="x",
                keyring=self.keyring,
                now=self.now,
            )
            await keep_driver(tx, Driver(staff.id, place, time(8), time(17)), now=self.now)
            tour = Tour(van.id, staff.id, self.now, self.now, 0, ())
            day = self.now.date()
            [made] = await make_runs(tx, place, [tour], instead_of={}, day=day, weather="clear", now=self.now)
            return made

        made = await self.floor.run(furnish)

        async def move(tx: Tx, event: RunEvent) -> None:
            await move_run(tx, (await lock_runs(tx, [made]))[made], event, now=self.now)

        return Walk("fleet_run", made, move, PUT_RUN)

    async def goods_return(self) -> Walk:
        order = await an_order(self.world, self.keyring, ("kopi", 1), now=self.now)
        await pay(self.world, order, now=self.now)
        await shipped(self.world, order, now=self.now)
        made = await self.floor.run(
            lambda tx: ask_return(tx, order.id, [Wanted(1, 1)], reason="rusak", now=self.now)
        )

        async def move(tx: Tx, event: ReturnEvent) -> None:
            await move_return(tx, await find_return(tx, made.id), event, now=self.now)

        return Walk("goods_return", made.id, move)

    async def refund(self) -> Walk:
        order = await an_order(self.world, self.keyring, ("kopi", 1), now=self.now)
        await pay(self.world, order, now=self.now)
        made = await self.floor.run(
            lambda tx: promise_refund(tx, order.id, amount_minor=1, reason="maaf", now=self.now)
        )

        async def move(tx: Tx, event: Any) -> None:
            if event == "execute":
                await execute_refund(tx, made.id, method="cash", reference=None, now=self.now)
            elif event == "reopen":
                order, refund = await lock_refund(tx, made.id)
                back = MoneyEvent(order.id, MoneyKind.REFUND_REVERSED, "cash", 1, "IDR")
                REFUND.after(RefundState(refund.state), RefundEvent.REOPEN)
                await settle_payment(tx, replace(back, kind=MoneyKind.REFUNDED), now=self.now)
                await take_back(tx, refund, back, now=self.now)
            else:
                await withdraw_refund(tx, made.id, reason="batal", now=self.now)

        return Walk("refund", made.id, move, PUT_REFUND)

    async def incident(self) -> Walk:
        street = await a_street(self.floor, self.keyring, self.now, world=self.world)
        made = (await street.opened(since=self.now)).incident

        async def move(tx: Tx, event: Any) -> None:
            if event == "confirm":
                await confirm_incident(tx, made.id, now=self.now)
            elif event == "dismiss":
                await dismiss_incident(tx, made.id, now=self.now)
            elif event == "recover":
                await recover(tx, made.id, now=self.now)
            elif event == "relapse":
                found = await find_incident(tx, made.id)
                await reopen_incident(tx, found, since=self.now, zone="Asia/Jakarta", now=self.now)
            else:
                await close(tx, made.id, review="usai", now=self.now)

        return Walk("incident", made.id, move, PUT_INCIDENT)

    async def promotion(self) -> Walk:
        made = await self.floor.run(lambda tx: make_promotion(tx, a_discount(self.now), now=self.now))

        async def move(tx: Tx, event: PromotionEvent) -> None:
            await move_promotion(tx, made.id, event, now=self.now)

        return Walk("payment_promotion", made.id, move)

    async def redemption(self) -> Walk:
        order = await an_order(self.world, self.keyring, ("kopi", 2), now=self.now)
        promotion = await running(self.floor, a_discount(self.now), now=self.now)
        made = await self.floor.run(
            lambda tx: offer_promotion.reserve(tx, order, "va_bca", promotion.id, now=self.now)
        )

        async def move(tx: Tx, event: RedemptionEvent) -> None:
            use = await lock_redemption(tx, made.id)
            assert use is not None
            if event is RedemptionEvent.CONFIRM:
                await confirm_use(tx, use, now=self.now)
            elif event is RedemptionEvent.RELEASE:
                await release_use(tx, use, now=self.now)
            else:
                await reverse_use(tx, use, use.amount_minor, now=self.now)

        return Walk("promotion_redemption", made.id, move)

    async def change(self) -> Walk:
        order = await an_order(self.world, self.keyring, ("kopi", 1), now=self.now)
        made = await self.floor.run(
            lambda tx: open_change(tx, order.id, [SetQuantity(1, 2)], reason="", now=self.now)
        )

        async def move(tx: Tx, event: Any) -> None:
            if event == "confirm":
                await confirm(tx, order.id, made.id, now=self.now)
            else:
                await decline_change(tx, order.id, made.id, now=self.now)

        return Walk("order_change", made.id, move, refusals=(ChangeNotOpen,))

    async def customer(self) -> Walk:
        one, other = [
            await self.floor.run(
                lambda tx, n=n: register(
                    tx, self.keyring, Typed(f"Budi {n}", f"08120000000{n}"), now=self.now
                )
            )
            for n in (1, 2)
        ]

        async def move(tx: Tx, event: Any) -> None:
            if event == "merge":
                await merge(tx, self.keyring, other, [one], now=self.now)
            else:
                await erase(tx, one, reason="permintaan", now=self.now)

        return Walk("customer", one, move, PUT_CUSTOMER, (CustomerNotActive,), other)

    async def denial(self) -> Walk:
        made = new_id()
        await self.floor.run(
            lambda tx: tx.run(PUT_NEW_DENIAL, {"shop": tx.shop_id, "id": made, "now": self.now})
        )

        async def move(tx: Tx, event: DenialEvent) -> None:
            if event is DenialEvent.APPEAL:
                await appeal(tx, made, "bukan saya", now=self.now)
            else:
                await judge(tx, made, event, "sudah dilihat", now=self.now)

        return Walk("trust_denial", made, move, PUT_DENIAL)

    async def review(self) -> Walk:
        order = await an_order(self.world, self.keyring, ("kopi", 1), now=self.now)
        await self.floor.run(
            lambda tx: tx.run(PUT_NEW_REVIEW, {"shop": tx.shop_id, "id": order.id, "now": self.now})
        )

        async def move(tx: Tx, event: ReviewEvent) -> None:
            if event is not ReviewEvent.LAPSE:
                await end_review(tx, order.id, event, note="sudah dilihat", now=self.now)
            elif not await lapse_reviews(tx, [order.id], now=self.now):
                raise ReviewNotFound.of(order.id)

        return Walk("trust_review", order.id, move, PUT_REVIEW, (IllegalMove, ReviewNotFound))

    async def model(self) -> Walk:
        learned = await self.floor.run(lambda tx: learn(tx, BETTER, now=self.now))
        await self.floor.run(lambda tx: silence(tx, learned.version, now=self.now))
        made = await self.floor.run(lambda tx: ask_training(tx, capacity=20, now=self.now))

        async def move(tx: Tx, event: ModelEvent) -> None:
            if event is ModelEvent.DECLINE:
                await decline_training(tx, made.id, TooLittleHistory(1, 1), now=self.now)
            elif event is ModelEvent.LEARN:
                await keep_model(tx, made.id, MODEL, WORSE, rules_version=0, now=self.now)
            elif event is ModelEvent.SPEAK:
                await let_speak(tx, made.version, now=self.now)
            else:
                await silence(tx, made.version, now=self.now)

        return Walk("trust_model", made.id, move, PUT_MODEL, other=learned.id)

    async def transfer(self) -> Walk:
        goods = [Travel(self.world.skus["kopi"], 2)]
        places = self.world.locations
        made = await self.floor.run(
            lambda tx: open_transfer(
                tx, from_location=places["JKT"], to_location=places["SBY"], goods=goods, now=self.now
            )
        )

        async def move(tx: Tx, event: Any) -> None:
            if event == "dispatch":
                await dispatch_transfer(tx, made.id, now=self.now)
            elif event == "cancel":
                await cancel_transfer(tx, made.id, now=self.now)
            else:
                units = 1 if event == "arrive" else 2
                await receive_transfer(tx, made.id, [Arrival(1, units)], now=self.now)

        return Walk("transfer", made.id, move, PUT_TRANSFER)


WALKS: dict[str, Callable[[Stage], Awaitable[Walk]]] = {
    "customer": Stage.customer,
    "fleet.planning": Stage.planning,
    "fleet.run": Stage.run,
    "fulfilment.task": Stage.task,
    "incidents.incident": Stage.incident,
    "order.change": Stage.change,
    "payments.refund": Stage.refund,
    "promotions.promotion": Stage.promotion,
    "promotions.redemption": Stage.redemption,
    "returns.goods_return": Stage.goods_return,
    "shipping.parcel": Stage.parcel,
    "transfer": Stage.transfer,
    "trust.denial": Stage.denial,
    "trust.model": Stage.model,
    "trust.review": Stage.review,
}

PUT_PLANNING: LiteralString = """
    UPDATE fleet_planning
    SET state = %(state)s, refusal = CASE WHEN %(state)s = 'refused' THEN 'x' END,
        outcome = CASE WHEN %(state)s = 'applied' THEN '{}'::jsonb END
    WHERE shop_id = %(shop)s AND id = %(id)s
    """

PUT_RUN: LiteralString = """
    UPDATE fleet_run
    SET state = %(state)s, left_at = CASE WHEN %(state)s IN ('out', 'back', 'closed') THEN %(now)s::timestamptz END
    WHERE shop_id = %(shop)s AND id = %(id)s
    """

PUT_NEW_DENIAL: LiteralString = """
    INSERT INTO trust_denial (shop_id, id, state, at, moved_at, way, outcome, amount_minor, points, reasons, area,
                              first_time, kinds, keys)
    VALUES (%(shop)s, %(id)s, 'standing', %(now)s, %(now)s, 'cod', 'refuse', 1, 1, '{phone_fresh}', '', false, '{}',
            '{}')
    """

PUT_DENIAL: LiteralString = """
    UPDATE trust_denial SET state = %(state)s, appeal = 'x', appealed_by = 'x', appealed_at = %(now)s
    WHERE shop_id = %(shop)s AND id = %(id)s
    """

PUT_MODEL: LiteralString = """
    UPDATE trust_model
    SET state = %(state)s, why = CASE WHEN %(state)s IN ('declined', 'silent') THEN 'not_better' END,
        found = CASE WHEN %(state)s IN ('silent', 'speaking') THEN learned.found END,
        model = CASE WHEN %(state)s IN ('silent', 'speaking') THEN learned.model END,
        rules_version = CASE WHEN %(state)s IN ('silent', 'speaking') THEN learned.rules_version END
    FROM (SELECT found, model, rules_version FROM trust_model WHERE id = %(other)s) AS learned
    WHERE shop_id = %(shop)s AND id = %(id)s
    """

PUT_NEW_REVIEW: LiteralString = """
    INSERT INTO trust_review (shop_id, id, state, amount_minor, points, opened_at, deadline, moved_at)
    VALUES (%(shop)s, %(id)s, 'open', 1, 1, %(now)s, %(now)s, %(now)s)
    """

PUT_REVIEW: LiteralString = """
    UPDATE trust_review SET state = %(state)s, judged_by = 'x' WHERE shop_id = %(shop)s AND id = %(id)s
    """

PUT_CUSTOMER: LiteralString = """
    UPDATE customer
    SET state = %(state)s,
        merged_into = CASE WHEN %(state)s = 'merged' THEN %(other)s::uuid END,
        name_enc = CASE WHEN %(state)s <> 'erased' THEN name_enc END,
        phone_enc = CASE WHEN %(state)s <> 'erased' THEN phone_enc END,
        phone_index = CASE WHEN %(state)s <> 'erased' THEN phone_index END
    WHERE shop_id = %(shop)s AND id = %(id)s
    """

PUT_INCIDENT: LiteralString = """
    UPDATE incident
    SET state = %(state)s, review = 'usai', hit_orders = 0, hit_minor = 0, lost_orders = 0, lost_minor = 0
    WHERE shop_id = %(shop)s AND id = %(id)s
    """

PUT_REFUND: LiteralString = """
    UPDATE refund
    SET state = %(state)s, paid_minor = CASE WHEN %(state)s = 'executed' THEN amount_minor ELSE 0 END
    WHERE shop_id = %(shop)s AND id = %(id)s
    """

PUT_TRANSFER: LiteralString = """
    UPDATE transfer
    SET state = %(state)s,
        dispatched_at = CASE WHEN %(state)s IN ('in_transit', 'received') THEN %(now)s::timestamptz END,
        received_at = CASE WHEN %(state)s = 'received' THEN %(now)s::timestamptz END
    WHERE shop_id = %(shop)s AND id = %(id)s
    """


class _Undone(Exception):
    """Takes back what was tried on one square."""


def test_every_machine_has_a_walk_or_a_reason_to_have_none() -> None:
    assert set(WALKS) | set(NOT_WALKED) == set(MACHINES)
    assert set(WALKS) & set(NOT_WALKED) == set()


@pytest.fixture
async def stage(floor: ShopFloor, keyring: Keyring, now: datetime) -> Stage:
    world = await a_shop(floor, now, stock={"kopi": 20}, places={"JKT": JAKARTA, "SBY": SURABAYA})
    return Stage(floor, keyring, now, world)


async def _state(tx: Tx, walk: Walk) -> Any:
    cursor = await tx.connection.execute(
        f"SELECT state FROM {walk.table} WHERE shop_id = %s AND id = %s".encode(), [tx.shop_id, walk.id]
    )
    row: Any = await cursor.fetchone()
    return row.state


async def _put(tx: Tx, walk: Walk, state: str, now: datetime) -> None:
    sql = walk.put or f"UPDATE {walk.table} SET state = %(state)s WHERE shop_id = %(shop)s AND id = %(id)s"
    facts = {"state": state, "shop": tx.shop_id, "id": walk.id, "now": now, "other": walk.other}
    await tx.connection.execute(sql.encode(), facts)


async def _square(tx: Tx, walk: Walk, state: StrEnum, event: StrEnum, now: datetime) -> tuple[bool, Any]:
    """Whether the row moved, and where it stands after."""
    moved = True
    await _put(tx, walk, state, now)
    try:
        async with tx.savepoint():
            await walk.move(tx, event)
    except walk.refusals:
        moved = False
    return moved, await _state(tx, walk)


@pytest.mark.parametrize("name", WALKS)
async def test_a_machine_is_walked_whole_through_its_rows(name: str, stage: Stage) -> None:
    machine, walk = MACHINES[name], await WALKS[name](stage)
    [events] = {type(event) for _, event in machine.moves}
    found: dict[tuple[str, str], tuple[bool, Any]] = {}

    async def walking(tx: Tx) -> None:
        for state in type(machine.initial):
            for event in events:
                with suppress(_Undone):
                    async with tx.savepoint():
                        found[state, event] = await _square(tx, walk, state, event, stage.now)
                        raise _Undone

    await stage.floor.run(walking)

    assert found == {
        (state, event): ((state, event) in machine.moves, machine.moves.get((state, event), state))
        for state in type(machine.initial)
        for event in events
    }


@pytest.mark.parametrize("name", WALKS)
async def test_a_row_cannot_be_in_a_state_its_machine_does_not_know(name: str, stage: Stage) -> None:
    walk = await WALKS[name](stage)
    before = await stage.floor.run(lambda tx: _state(tx, walk))

    with pytest.raises(CheckViolation):
        await stage.floor.run(lambda tx: _put(tx, walk, "nowhere", stage.now))

    assert await stage.floor.run(lambda tx: _state(tx, walk)) == before
