"""Labels from the board, over the API and again: what is sent twice is printed once, and who may not see gets nothing."""

from datetime import datetime

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from fulfilment.working import an_order, packed
from given import World, a_shop
from orderan.access import Permission, Role, make_key
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.orders import Terms
from orderan.shipping import BOOKING_PREFIX, Booking
from printing.booked import booked
from printing.labelled import codes_on, pages_of
from printing.zebra import labels_in

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@pytest.fixture
async def ready(floor: ShopFloor, keyring: Keyring, now: datetime) -> tuple[World, list[Booking]]:
    world = await a_shop(floor, now, stock={"kopi": 50})
    orders = [await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD) for _ in range(3)]
    tasks = [await packed(world, order, now=now) for order in orders]
    return world, await booked(world, keyring, world.locations["JKT"], *tasks, now=now)


async def signed_in(house: House, hire: Hire) -> AsyncClient:
    await hire("gudang@toko.test", Role.OWNER)
    browser = house.browser()
    await sign_in(browser, "gudang@toko.test")
    return browser


async def test_ticked_tasks_are_printed_once_however_often_the_form_is_sent(
    house: House, hire: Hire, floor: ShopFloor, ready: tuple[World, list[Booking]]
) -> None:
    _, bookings = ready
    browser = await signed_in(house, hire)
    form = {"task": [to_text("tsk", one.task_id) for one in bookings], "_once": "satu-kali"}

    first = await send(browser, "/warehouse/labels", form)
    second = await send(browser, "/warehouse/labels", form)

    assert (first.status_code, second.status_code) == (303, 409)
    assert await floor.value("SELECT count(*) FROM print_job WHERE shop_id = %(shop)s") == 1
    page = await browser.get(first.headers["location"])
    assert "3 label siap dicetak" in page.text
    wanted = {one.awb for one in bookings}
    pdf = await browser.get(f"{first.headers['location']}/labels.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["cache-control"] == "private, no-store"
    read = [codes_on(drawn) for drawn in pages_of(pdf.content)]
    assert {text for codes in read for kind, text in codes if kind == "Code128"} == wanted
    zpl = await browser.get(f"{first.headers['location']}/labels.zpl")
    drawn = [codes_on(one) for one in labels_in(zpl.text)]
    assert {text for codes in drawn for kind, text in codes if kind == "Code128"} == wanted


async def test_a_reprint_is_marked_and_a_voided_label_is_in_no_file(
    house: House, hire: Hire, ready: tuple[World, list[Booking]]
) -> None:
    _, [one, other, _] = ready
    browser = await signed_in(house, hire)
    tasks = [to_text("tsk", booking.task_id) for booking in (one, other)]
    made = (await send(browser, "/warehouse/labels", {"task": tasks})).headers["location"]
    chosen = {"booking": to_text(BOOKING_PREFIX, one.id)}

    again = (await send(browser, f"{made}/again", chosen)).headers["location"]
    zpl = (await browser.get(f"{again}/labels.zpl")).text
    assert "CETAK ULANG 2" in zpl
    assert other.awb is not None
    assert other.awb not in zpl
    assert "sudah dicetak ulang" in (await browser.get(made)).text

    assert (await send(browser, f"{made}/void", chosen)).status_code == 303
    zpl = (await browser.get(f"{made}/labels.zpl")).text
    assert one.awb is not None
    assert one.awb not in zpl
    assert other.awb in zpl
    assert (await browser.get(f"{again}/labels.zpl")).status_code == 409


async def test_a_program_prints_by_bookings_and_is_told_what_was_left_out(
    house: House, floor: ShopFloor, keyring: Keyring, now: datetime, ready: tuple[World, list[Booking]]
) -> None:
    world, bookings = ready
    late = await packed(world, await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD), now=now)
    permissions = frozenset({Permission.SHIPPING_READ, Permission.SHIPPING_WRITE})
    _, secret = await floor.run(lambda tx: make_key(tx, name="gudang", permissions=permissions, now=now))
    program = house.browser(authorization=f"Bearer {secret}")
    asked = {
        "tasks": [to_text("tsk", late)],
        "bookings": [to_text(BOOKING_PREFIX, one.id) for one in bookings],
    }
    headers = {"Idempotency-Key": "sekali"}

    answer = await program.post("/api/v1/label-prints", json=asked, headers=headers)
    again = await program.post("/api/v1/label-prints", json=asked, headers=headers)

    assert answer.status_code == 201
    assert again.json() == answer.json()
    told = answer.json()
    assert [row["awb"] for row in told["labels"]] == [one.awb for one in bookings]
    assert {row["copy_no"] for row in told["labels"]} == {1}
    assert [(row["task_id"], row["reason"]) for row in told["left_out"]] == [
        (to_text("tsk", late), "label_not_booked")
    ]
    pdf = await program.get(told["pdf"])
    assert len(pages_of(pdf.content)) == 3
    voided = await program.post(
        f"/api/v1/label-prints/{told['id']}/void",
        json={"booking": told["labels"][0]["booking_id"], "reason": "rusak"},
        headers={"Idempotency-Key": "batal"},
    )
    assert voided.status_code == 200
    assert voided.json()["labels"][0]["state"] == "withdrawing"
    assert len(pages_of((await program.get(told["pdf"])).content)) == 2
