"""Whoever is erased is gone from what people wrote about their orders too; the totals do not move."""

from datetime import datetime
from typing import Any

import pytest

from conftest import ShopFloor
from customers.test_erasure import dump
from fulfilment.api import Program, a_program, serving
from fulfilment.working import AWB, the_task
from given import World, a_buyer, a_shop, asked, place
from orderan.flows.deliver import deliver_parcels
from orderan.flows.erase_customer import OrdersUnderWay, erase_customer
from orderan.flows.hand_over import hand_over
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, start_picking
from orderan.flows.place_order import Placed
from orderan.fulfilment import Box
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.orders import Order, Terms, load_orders

pytestmark = pytest.mark.anyio

WORD = "Titip Bu Ratna"
"""What a clerk writes wherever there is room, and what must not outlive the customer."""


@pytest.fixture
async def world(floor: ShopFloor, now: datetime) -> World:
    return await a_shop(floor, now, stock={"kopi": 50})


async def an_order(world: World, keyring: Keyring, phone: str, now: datetime, note: str = WORD) -> Order:
    wanted = asked(("kopi", 4), buyer=a_buyer("Ratna", phone), terms=Terms.PREPAID, note=note)
    [placed] = await place(world, keyring, wanted, now=now)
    assert isinstance(placed, Placed)
    return placed.order


async def written_about(world: World, program: Program, order: Order, now: datetime) -> None:
    """Words in every field that takes some, over the API, on the way from a hold to a refund."""
    text, path = to_text("ord", order.id), f"/orders/{to_text('ord', order.id)}"

    async def done(address: str, body: Any = None) -> Any:
        answer = await program.post(address, body)
        assert answer.status_code < 300, (address, answer.text)
        return answer.json()

    await done(f"{path}/notes", {"body": WORD})
    await done(f"{path}/tags", {"add": [WORD, "vip"]})
    await done(f"{path}/tags", {"remove": ["vip"]})
    held = await done(f"{path}/holds", {"kind": "address", "reason": WORD})
    await done(f"{path}/holds/{held['hold_list'][0]['id']}/release", {"reason": WORD})
    change = await done(
        f"{path}/changes",
        {"actions": [{"action": "set_quantity", "line": 1, "quantity": 3}], "reason": WORD},
    )
    await done(f"{path}/changes/{change['change_id']}/confirm", {})
    await done(f"{path}/cancel", {"lines": [{"line": 1, "quantity": 1}], "reason": WORD})
    await done(
        "/payments",
        {
            "order_id": text,
            "kind": "captured",
            "method": "bank_transfer",
            "amount": 20_000,
            "currency": "IDR",
            "note": WORD,
        },
    )
    task = await the_task(world, order)
    for step in (release_tasks, start_picking):
        await world.floor.run(lambda tx, step=step: step(tx, [task], now=now))
    await done(f"/tasks/{to_text('tsk', task)}/short", {"note": WORD})
    [entry] = await world.floor.all(
        "SELECT id FROM exception_entry WHERE subject_id = %(order)s AND kind = 'task_short'", order=order.id
    )
    await done(
        "/exceptions/close", {"exceptions": [to_text("exc", entry.id)], "outcome": "resolved", "note": WORD}
    )


async def brought_back(world: World, program: Program, order: Order, now: datetime) -> None:
    """It was found after all, went out, came back and was paid back."""

    async def done(address: str, body: Any = None) -> Any:
        answer = await program.post(address, body)
        assert answer.status_code < 300, (address, answer.text)
        return answer.json()

    task = await the_task(world, order)
    await world.floor.run(lambda tx: start_picking(tx, [task], now=now))
    await world.floor.run(lambda tx: finish_tasks(tx, [task], take_all=True, now=now))
    await world.floor.run(lambda tx: pack(tx, [task], now=now))
    [parcel] = await world.floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=now))
    await world.floor.run(lambda tx: deliver_parcels(tx, [parcel.id], now=now))
    asked_for = {"order_id": to_text("ord", order.id), "reason": WORD}
    made = await done("/returns", asked_for | {"lines": [{"line": 1, "quantity": 1, "reason": WORD}]})
    path = f"/returns/{made['id']}"
    await done(f"{path}/decide", {"decision": "approve", "note": WORD})
    place_ = to_text("loc", world.locations["JKT"])
    await done(f"{path}/receive", {"location_id": place_, "lines": [{"line": 1, "received": 1}]})
    judged = [{"line": 1, "to_stock": 1, "to_quarantine": 0, "condition": WORD}]
    await done(f"{path}/inspect", {"lines": judged, "note": WORD})
    resolved = await done(f"{path}/resolve", {"amount": 10_000, "note": WORD})
    await done(f"/refunds/{resolved['refund_id']}/execute", {"method": "cash", "reference": "R-1"})
    await done(f"/orders/{to_text('ord', order.id)}/complete", {"reason": WORD})


def tables_with(url: str, trace: str) -> set[str]:
    return {table for table, value in dump(url) if trace.lower().encode() in value.lower()}


async def test_an_erasure_takes_out_what_was_written_about_the_orders_and_leaves_the_totals(
    floor: ShopFloor, world: World, keyring: Keyring, now: datetime, database_url: str
) -> None:
    order = await an_order(world, keyring, "+6281234567890", now)
    other = await an_order(world, keyring, "+6281234567891", now, "Kirim sore")
    async with serving(floor, keyring, now) as client:
        program = await a_program(client, floor, now)
        await program.post(f"/orders/{to_text('ord', other.id)}/notes", {"body": "Tetap di sini"})
        note = await program.post(f"/orders/{to_text('ord', order.id)}/notes", {"body": WORD}, key="nota")
        await written_about(world, program, order, now)
        await brought_back(world, program, order, now)
        before = (await floor.run(lambda tx: load_orders(tx, [order.id])))[order.id]
        assert tables_with(database_url, WORD) >= {
            "answer", "audit_entry", "event", "exception_entry", "goods_return", "movement", "order_change", "order_hold",
            "order_move", "order_note", "order_tag", "order_version", "payment_event", "refund", "return_line",
            "sales_order",
        }  # fmt: skip

        assert order.customer_id is not None
        customer = order.customer_id
        await floor.run(lambda tx: erase_customer(tx, customer, reason="permintaan pelanggan", now=now))

        assert tables_with(database_url, WORD) == set()
        assert await floor.all("SELECT id, note FROM sales_order WHERE note IS NOT NULL") == [
            (other.id, "Kirim sore")
        ]
        assert "order_note" in tables_with(database_url, "Tetap di sini")
        assert "answer" in tables_with(database_url, "Kirim sore")
        again = await program.post(f"/orders/{to_text('ord', order.id)}/notes", {"body": WORD}, key="nota")
        assert (note.status_code, again.status_code, again.json()["code"]) == (201, 410, "answer_forgotten")
        assert await floor.value("SELECT count(*) FROM order_note WHERE order_id = %(id)s", id=order.id) == 2

    stands, lines = (await floor.run(lambda tx: load_orders(tx, [order.id])))[order.id]
    assert (stands.total_minor, stands.paid_minor, stands.refunded_minor, stands.version) == (
        before[0].total_minor,
        before[0].paid_minor,
        before[0].refunded_minor,
        before[0].version,
    )
    assert lines == before[1]


async def test_an_erasure_that_is_refused_forgets_no_word(
    floor: ShopFloor, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await an_order(world, keyring, "+6281234567890", now)
    assert order.customer_id is not None
    customer = order.customer_id

    with pytest.raises(OrdersUnderWay):
        await floor.run(lambda tx: erase_customer(tx, customer, reason="permintaan pelanggan", now=now))

    assert await floor.value("SELECT note FROM sales_order") == WORD
