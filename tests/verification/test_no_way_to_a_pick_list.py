"""An order whose buyer has not given their word comes onto no pick list: every route that moves work is tried.

A route, a job or a statement that moves tasks and is not tried here makes the test fail: the way it opens would
be the one nobody looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from access.routes import routes_of
from conftest import ShopFloor
from given import a_buyer, a_shop, asked, place
from orderan.access import Permission, make_key
from orderan.flows.pick_task import release_tasks, start_picking
from orderan.flows.place_order import Placed
from orderan.fulfilment import PickingBlocked, TaskState
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.orders import Terms
from orderan.settings import Settings
from orderan.shipping import BOOKING_PREFIX
from orderan.verification import Policy, keep_policy
from orderan.worker import JOB_MODULES, Rounds, timers_of

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@dataclass(frozen=True)
class Try:
    """What is sent to a route; names in braces are filled in."""

    address: str
    body: Mapping[str, Any]


TASKS: Final = {"tasks": ["{task}"]}
BOX: Final = {"courier": "jne", "awb": "JNE1", "weight_g": 100}
API: Final = {
    "/api/v1/tasks/release": Try("/api/v1/tasks/release", TASKS),
    "/api/v1/tasks/start": Try("/api/v1/tasks/start", TASKS),
    "/api/v1/tasks/finish": Try("/api/v1/tasks/finish", TASKS | {"take_all": True}),
    "/api/v1/tasks/pack": Try("/api/v1/tasks/pack", TASKS),
    "/api/v1/tasks/{task_id:str}/pick": Try("/api/v1/tasks/{task}/pick", {"sku": "kopi", "quantity": 1}),
    "/api/v1/tasks/{task_id:str}/packing": Try("/api/v1/tasks/{task}/packing", {}),
    "/api/v1/tasks/{task_id:str}/packing/scans": Try("/api/v1/tasks/{task}/packing/scans", {"code": "kopi"}),
    "/api/v1/tasks/{task_id:str}/packing/parcels": Try("/api/v1/tasks/{task}/packing/parcels", {}),
    "/api/v1/tasks/{task_id:str}/packing/weigh": Try(
        "/api/v1/tasks/{task}/packing/weigh", {"parcel": 1, "weight_g": 100}
    ),
    "/api/v1/tasks/{task_id:str}/packing/close": Try(
        "/api/v1/tasks/{task}/packing/close", {"reason": "biar saja"}
    ),
    "/api/v1/tasks/{task_id:str}/packing/reopen": Try("/api/v1/tasks/{task}/packing/reopen", {}),
    "/api/v1/tasks/{task_id:str}/short": Try("/api/v1/tasks/{task}/short", {"note": "habis"}),
    "/api/v1/tasks/{task_id:str}/elsewhere": Try(
        "/api/v1/tasks/{task}/elsewhere", {"location_id": "{place}"}
    ),
    "/api/v1/tasks/{task_id:str}/hand_over": Try("/api/v1/tasks/{task}/hand_over", {"parcels": [BOX]}),
}
PAGES: Final = {
    "/warehouse/bulk": [
        Try("/warehouse/bulk", {"task": "{task}", "task_id": "{task}", "step": step, "tab": tab})
        for step, tab in [
            ("release", "planned"),
            ("start", "released"),
            ("finish", "picking"),
            ("pack", "picked"),
        ]
    ],
    "/warehouse/hand-over": [
        Try("/warehouse/hand-over", {"task": "{task}", "task_id": "{task}", "courier": "jne"})
    ],
    "/warehouse/tasks/{task_id:str}/elsewhere": [
        Try("/warehouse/tasks/{task}/elsewhere", {"location": "{place}"})
    ],
    "/warehouse/tasks/{task_id:str}/hand-over": [Try("/warehouse/tasks/{task}/hand-over", BOX)],
    "/warehouse/tasks/{task_id:str}/pick": [Try("/warehouse/tasks/{task}/pick", {"code": "kopi"})],
    "/warehouse/packing": [Try("/warehouse/packing", {"code": code}) for code in ("{task}", "kopi")],
    "/warehouse/packing/{task_id:str}/scan": [Try("/warehouse/packing/{task}/scan", {"code": "kopi"})],
    "/warehouse/packing/{task_id:str}/{verb:str}": [
        Try(f"/warehouse/packing/{{task}}/{verb}", {"parcel": "1", "weight": "100", "why": "biar saja"})
        for verb in ("out", "parcel", "drop", "carton", "weigh", "close", "again")
    ],
    "/warehouse/cartons": [Try("/warehouse/cartons", {"code": "K1"})],
    "/warehouse/cartons/policy": [
        Try("/warehouse/cartons/policy", {"tolerance_g": "1", "tolerance_bp": "1"})
    ],
    "/warehouse/cartons/{carton_id:str}/use": [Try("/warehouse/cartons/{task}/use", {"active": "yes"})],
    "/warehouse/labels": [Try("/warehouse/labels", {"task": "{task}"})],
    "/warehouse/labels/{job_id:str}/again": [Try("/warehouse/labels/{job}/again", {})],
    "/warehouse/labels/{job_id:str}/void": [Try("/warehouse/labels/{job}/void", {"booking": "{booking}"})],
    "/warehouse/manifests": [Try("/warehouse/manifests", {"place": "{place}", "courier": "jne"})],
    "/warehouse/manifests/{manifest_id:str}/scan": [
        Try("/warehouse/manifests/{task}/scan", {"code": "JNE1"})
    ],
    "/warehouse/manifests/{manifest_id:str}/{verb:str}": [
        Try(f"/warehouse/manifests/{{task}}/{verb}", {"awb": "JNE1"}) for verb in ("close", "drop", "off")
    ],
    "/warehouse/book": [Try("/warehouse/book", {"task": "{task}", "tab": "packed"})],
    "/warehouse/tasks/{task_id:str}/book": [Try("/warehouse/tasks/{task}/book", {"weight": "100"})],
    "/warehouse/tasks/{task_id:str}/bookings/{booking_id:str}/cancel": [
        Try("/warehouse/tasks/{task}/bookings/{booking}/cancel", {})
    ],
    "/warehouse/tasks/{task_id:str}/bookings/{booking_id:str}/settle": [
        Try("/warehouse/tasks/{task}/bookings/{booking}/settle", {"awb": "JNE1"})
    ],
    "/warehouse/waves/new": [Try("/warehouse/waves/new", {"place": "{place}", "task": "{task}"})],
    "/warehouse/waves/{wave_id:str}/{verb:str}": [
        Try("/warehouse/waves/{task}/drop", {}),
        Try("/warehouse/waves/{task}/put-back", {"list": "{task}"}),
    ],
    "/warehouse/picking/{location_id:str}": [
        Try(
            "/warehouse/picking/{place}",
            {"method": "single", "slots": "1", "most_units": "1", "waiting_lists": "1"},
        )
    ],
    "/warehouse/picking/{location_id:str}/cutoffs": [
        Try(
            "/warehouse/picking/{place}/cutoffs",
            {"courier": "jne", "closes": "23:59", "lead": "1", "day": "1"},
        )
    ],
    "/warehouse/picking/{location_id:str}/cutoffs/{cutoff_id:str}/drop": [
        Try("/warehouse/picking/{place}/cutoffs/{task}/drop", {})
    ],
    "/pick/lists/{list_id:str}/take": [Try("/pick/lists/{task}/take", {"over": "1"})],
    "/pick/lists/{list_id:str}/back": [Try("/pick/lists/{task}/back", {})],
    "/pick/devices": [Try("/pick/devices", {})],
    "/pick/scans": [Try("/pick/scans", {"task": "{task}"})],
    "/warehouse/tasks/{task_id:str}/step": [
        Try("/warehouse/tasks/{task}/step", {"step": step})
        for step in ("release", "start", "finish", "pack", "short")
    ],
}
JOBS: Final = {
    "orderan.flows.bulk_orders",
    "orderan.flows.plan_runs",
    "orderan.flows.train_trust",
    "orderan.importing.jobs",
}
"""Those that run in the background: none of them moves tasks; the bulk verbs are paid, cancel, tag, hold, release a
hold and complete, routes are planned of parcels that left, an import brings orders that are placed as any other, and
a training touches no order."""


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return value.format(**names) if value.startswith("{") or "/{" in value else value
    if isinstance(value, Mapping):
        return {key: _filled(one, names) for key, one in value.items()}
    return [_filled(one, names) for one in value] if isinstance(value, list) else value


async def test_no_route_no_job_and_no_statement_puts_an_unconfirmed_order_on_a_pick_list(
    floor: ShopFloor, keyring: Keyring, now: datetime, house: House, hire: Hire
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await floor.run(lambda tx: keep_policy(tx, Policy(), expected=1, now=now))
    [placed] = await place(world, keyring, asked(("kopi", 2), buyer=a_buyer(), terms=Terms.COD), now=now)
    assert isinstance(placed, Placed)
    order = placed.order
    [task] = await floor.all("SELECT id FROM task")
    names = {
        "task": to_text("tsk", task.id),
        "booking": to_text(BOOKING_PREFIX, task.id),
        "job": to_text("prn", task.id),
        "place": to_text("loc", next(iter(world.locations.values()))),
    }

    async def untouched(by: str) -> None:
        rows = await floor.all("SELECT state, order_cleared FROM task")
        assert [(row.state, row.order_cleared) for row in rows] == [("planned", None)] * len(rows), by
        assert await floor.value("SELECT verification FROM sales_order") == "waiting", by

    moving = {
        route.path
        for route in routes_of(house.app)
        if route.method != "GET"
        and ("/tasks/" in route.path or route.path.startswith(("/warehouse", "/pick")))
    }
    assert moving == API.keys() | PAGES.keys()

    _, secret = await floor.run(
        lambda tx: make_key(tx, name="uji", permissions=frozenset(Permission), now=now)
    )
    async with house.browser(authorization=f"Bearer {secret}") as api:
        for at, tried in enumerate(API.values()):
            answer = await api.post(
                tried.address.format(**names),
                json=_filled(tried.body, names),
                headers={"idempotency-key": str(at)},
            )
            assert answer.status_code in {404, 409, 422}, (tried.address, answer.text)
            await untouched(tried.address)
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        for tries in PAGES.values():
            for tried in tries:
                await _send(browser, tried, names)
                await untouched(f"{tried.address} {tried.body}")
        bulk = {"verb": "release", "order_id": to_text("ord", order.id)}
        await send(browser, "/orders/bulk", bulk)
        await untouched("/orders/bulk")

    assert set(JOB_MODULES) == JOBS
    rounds = Rounds(floor.db, house.clock, timers=timers_of(Settings.from_environment({}).worker))
    await rounds.once()
    await untouched("the worker's rounds")

    for step in (release_tasks, start_picking):
        with pytest.raises(PickingBlocked):
            await floor.run(lambda tx, step=step: step(tx, [task.id], now=now))
    await _refused_by_the_database(floor)
    await untouched("a statement")


async def test_a_cod_order_nobody_decided_about_is_on_no_pick_list_either(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await place(world, keyring, asked(("kopi", 2), buyer=a_buyer(), terms=Terms.COD), now=now)
    await floor.all("UPDATE sales_order SET verification = 'not_needed' RETURNING id")
    [task] = await floor.all("SELECT id FROM task")

    for step in (release_tasks, start_picking):
        with pytest.raises(PickingBlocked):
            await floor.run(lambda tx, step=step: step(tx, [task.id], now=now))
    await _refused_by_the_database(floor)


async def _refused_by_the_database(floor: ShopFloor) -> None:
    on_lists = set(TaskState) - {TaskState.PLANNED, TaskState.CANCELLED}
    for state in sorted(on_lists):
        for cleared in ("NULL", "FALSE", "TRUE"):
            with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.ForeignKeyViolation)):
                await floor.all(f"UPDATE task SET state = '{state}', order_cleared = {cleared} RETURNING id")


async def _send(browser: AsyncClient, tried: Try, names: Mapping[str, str]) -> None:
    answer = await send(browser, tried.address.format(**names), _filled(dict(tried.body), names))
    assert answer.status_code < 500, (tried.address, answer.text[:400])
