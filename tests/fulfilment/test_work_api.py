"""An order's way from paid to returned and refunded, through the API; and what a stranger sees of it."""

from datetime import datetime
from typing import Any

import pytest

from conftest import ShopFloor
from fulfilment.api import a_program, serving
from fulfilment.working import AWB, an_order, delivered, inbox, order_row, packed, pay, the_task
from given import BANDUNG, JAKARTA, a_shop
from orderan.access import Permission
from orderan.flows.hold_order import hold_order
from orderan.flows.refund_order import promise_refund
from orderan.flows.settle_return import ask_return
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id, to_text
from orderan.orders import Terms
from orderan.returns import Wanted

pytestmark = pytest.mark.anyio


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_an_order_goes_all_the_way_and_back_over_the_api(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    order_id = to_text("ord", order.id)
    async with serving(floor, keyring, now) as client:
        api = await a_program(client, floor, now)
        paid = {"order_id": order_id, "method": "bank_transfer", "amount": 20_000, "reference": "BCA-1"}
        assert ok(await api.post("/payments", paid))["money"] == "paid"
        assert (await api.post("/payments", paid)).status_code == 409

        [task] = ok(await api.get("/tasks", state="planned"))["data"]
        assert task["order_number"] == str(order.number)
        named = {"tasks": [task["id"]]}
        ok(await api.post("/tasks/release", named))
        ok(await api.post("/tasks/start", named))
        whole = ok(await api.post(f"/tasks/{task['id']}/pick", {"sku": "KOPI", "quantity": 1}))
        assert [(line["sku"], line["quantity"], line["picked"]) for line in whole["lines"]] == [
            ("kopi", 2, 1)
        ]
        refused = await api.post("/tasks/finish", named)
        assert (refused.status_code, refused.json()["code"]) == (409, "pick_incomplete")
        ok(await api.post(f"/tasks/{task['id']}/pick", {"sku": "kopi"}))
        ok(await api.post("/tasks/finish", named))
        ok(await api.post("/tasks/pack", named))
        box = {"parcels": [{"courier": "sicepat", "awb": AWB}]}
        [parcel] = ok(await api.post(f"/tasks/{task['id']}/hand_over", box, key="ho"), 201)["data"]
        assert ok(await api.post(f"/tasks/{task['id']}/hand_over", box, key="ho"), 201)["data"] == [parcel]
        assert parcel["tracking_link"].endswith(AWB)
        moved = ok(await api.post("/parcels/move", {"parcels": [parcel["id"]], "event": "deliver"}))
        assert moved["data"][0]["state"] == "delivered"
        assert ok(await api.get("/parcels", awb=AWB))["data"][0]["id"] == parcel["id"]

        asked = {"order_id": order_id, "reason": "Rusak", "lines": [{"line": 1, "quantity": 1}]}
        back = ok(await api.post("/returns", asked), 201)["id"]
        ok(await api.post(f"/returns/{back}/decide", {"decision": "approve"}))
        arrived = {"location_id": task["location_id"], "lines": [{"line": 1, "received": 1}]}
        ok(await api.post(f"/returns/{back}/receive", arrived))
        judged = {"lines": [{"line": 1, "to_stock": 1, "to_quarantine": 0}]}
        assert ok(await api.post(f"/returns/{back}/inspect", judged))["worth"] == 10_000
        resolved = ok(await api.post(f"/returns/{back}/resolve", {"amount": 10_000}))
        refund = resolved["refund_id"]
        assert (await api.post(f"/returns/{back}/close")).json()["code"] == "refund_still_open"
        ok(await api.post(f"/refunds/{refund}/execute", {"method": "bank_transfer", "reference": "OUT-1"}))
        assert ok(await api.get(f"/returns/{back}"))["state"] == "closed"
        money = ok(await api.get(f"/orders/{order_id}/money"))
        assert (money["standing"]["refunded"], money["refundable"]) == (10_000, 10_000)
    assert await world.stock("kopi") == (4, 0, 0)


async def test_a_blocked_start_names_every_reason(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    await floor.run(lambda tx: hold_order(tx, order.id, "fraud", reason="Nomor dicurigai", now=now))
    task = to_text("tsk", await the_task(world, order))
    async with serving(floor, keyring, now) as client:
        api = await a_program(client, floor, now)
        ok(await api.post("/tasks/release", {"tasks": [task]}))
        refused = await api.post("/tasks/start", {"tasks": [task]})

    assert (refused.status_code, refused.json()["code"]) == (409, "picking_blocked")
    [told] = refused.json()["orders"]
    assert told["number"] == order.number
    assert told["reasons"] == [{"code": "hold", "what": "fraud", "why": "Nomor dicurigai"}]


async def test_a_batch_of_payments_tells_row_by_row(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    row = {
        "order_id": to_text("ord", order.id),
        "method": "bank_transfer",
        "amount": 20_000,
        "reference": "A",
    }
    async with serving(floor, keyring, now) as client:
        api = await a_program(client, floor, now)
        told = ok(
            await api.post(
                "/payments/batch", {"payments": [row, row, row | {"order_id": to_text("ord", new_id())}]}
            )
        )

    assert (told["booked"], told["refused"]) == (1, 2)
    assert [(one["status"], (one["problem"] or {}).get("code")) for one in told["results"]] == [
        (200, None),
        (409, "payment_reference_used"),
        (404, "order_not_found"),
    ]


async def test_cash_and_exceptions_over_the_api(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    async with serving(floor, keyring, now) as client:
        api = await a_program(client, floor, now)
        short = {"courier": "sicepat", "rows": [{"awb": AWB, "amount": 15_000}, {"awb": "009999999999"}]}
        told = ok(await api.post("/cod/collected", short))
        assert [row["status"] for row in told["results"]] == [200, 404]
        [entry] = ok(await api.get("/exceptions", kind="payment_under"))["data"]
        assert (entry["money_at_stake"], entry["order_id"]) == (5_000, to_text("ord", order.id))
        closing = {"exceptions": [entry["id"]], "outcome": "dismissed", "note": "Dipotong kurir"}
        ok(await api.post("/exceptions/close", closing))
        assert (await api.post("/exceptions/close", closing)).json()["code"] == "exception_entry_not_open"
        assert ok(await api.get(f"/exceptions/{entry['id']}"))["closing_note"] == "Dipotong kurir"
        remitted = {"courier": "sicepat", "statement": "ST-1", "rows": [{"awb": AWB, "amount": 15_000}]}
        assert ok(await api.post("/cod/remitted", remitted))["booked"] == 1
    assert await inbox(world, "dismissed") == [("payment_under", "partly_paid", 5_000)]
    assert await floor.value("SELECT count(*) FROM audit_entry WHERE action = 'exception.dismissed'") == 1


async def test_lists_are_read_page_by_page(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    orders = [await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD) for _ in range(5)]
    for turn, order in enumerate(orders):
        await delivered(world, order, awb=f"00258998405{turn}", now=now)
        await floor.run(lambda tx, o=order: ask_return(tx, o.id, [Wanted(1, 1)], reason="x", now=now))
    async with serving(floor, keyring, now) as client:
        api = await a_program(client, floor, now)
        for path in ("/tasks", "/parcels", "/returns"):
            seen, cursor = [], ""
            while True:
                told = ok(await api.get(path, limit=2, **({"cursor": cursor} if cursor else {})))
                seen += [row["id"] for row in told["data"]]
                cursor = told["next_cursor"]
                if not cursor:
                    break
            assert len(seen) == len(set(seen)) == 5
        assert (await api.get("/tasks", cursor="sampah")).json()["code"] == "not_a_cursor"


async def test_a_key_of_another_location_or_channel_finds_nothing_and_moves_nothing(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9}, places={"JKT": JAKARTA, "BDG": BANDUNG})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    [parcel] = await delivered(world, order, now=now)
    made = await floor.run(lambda tx: ask_return(tx, order.id, [Wanted(1, 1)], reason="x", now=now))
    refund = await floor.run(lambda tx: promise_refund(tx, order.id, amount_minor=1, reason="x", now=now))
    other = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    task = await packed(world, other, now=now)
    over = await an_order(world, keyring, ("kopi", 1), now=now)
    await pay(world, over, 15_000, now=now)
    entry = await floor.value("SELECT id FROM exception_entry WHERE state = 'open'")
    before = await floor.value("SELECT count(*) FROM order_move")
    ord_, ret, rfd = to_text("ord", order.id), to_text("ret", made.id), to_text("rfd", refund.id)
    tsk, pcl, exc = to_text("tsk", task), to_text("pcl", parcel.id), to_text("exc", entry)
    loc = to_text("loc", world.locations["BDG"])
    reads = [
        f"/orders/{ord_}/money",
        f"/tasks/{tsk}",
        f"/parcels/{pcl}",
        f"/returns/{ret}",
        f"/exceptions/{exc}",
    ]
    lists = ["/tasks", "/parcels", "/returns", "/refunds", "/exceptions"]
    writes: list[tuple[str, Any]] = [
        ("/payments", {"order_id": ord_, "method": "cash", "amount": 1}),
        ("/refunds", {"order_id": ord_, "amount": 1, "reason": "x"}),
        (f"/refunds/{rfd}/execute", {"method": "cash"}),
        (f"/refunds/{rfd}/withdraw", {"reason": "x"}),
        ("/tasks/release", {"tasks": [tsk]}),
        ("/tasks/start", {"tasks": [tsk]}),
        ("/tasks/finish", {"tasks": [tsk]}),
        ("/tasks/pack", {"tasks": [tsk]}),
        (f"/tasks/{tsk}/pick", {"sku": "kopi"}),
        (f"/tasks/{tsk}/short", {"note": "x"}),
        (f"/tasks/{tsk}/hand_over", {"parcels": [{"courier": "own"}]}),
        ("/parcels/move", {"parcels": [pcl], "event": "lose"}),
        ("/returns", {"order_id": ord_, "reason": "x", "lines": [{"line": 1, "quantity": 1}]}),
        (f"/returns/{ret}/decide", {"decision": "approve"}),
        (f"/returns/{ret}/receive", {"location_id": loc, "lines": [{"line": 1, "received": 1}]}),
        (f"/returns/{ret}/inspect", {"lines": [{"line": 1, "to_stock": 1, "to_quarantine": 0}]}),
        (f"/returns/{ret}/resolve", {"amount": 0}),
        (f"/returns/{ret}/close", None),
        ("/exceptions/close", {"exceptions": [exc], "outcome": "resolved", "note": "x"}),
    ]
    async with serving(floor, keyring, now) as client:
        elsewhere = await a_program(client, floor, now, locations=[world.locations["BDG"]])
        unheard = await a_program(client, floor, now, channels=[new_id()])
        for stranger in (elsewhere, unheard):
            for path in reads:
                assert (await stranger.get(path)).status_code == 404, path
            for path in lists:
                assert ok(await stranger.get(path))["data"] == [], path
            for path, body in writes:
                answer = await stranger.post(path, body)
                assert answer.status_code == 404, (path, answer.text)
            cash = {"courier": "sicepat", "rows": [{"awb": AWB}]}
            assert ok(await stranger.post("/cod/collected", cash))["results"][0]["status"] == 404
    assert await floor.value("SELECT count(*) FROM order_move") == before
    assert (await order_row(world, order)).refunded_minor == 0


async def test_every_route_needs_its_permission(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    await a_shop(floor, now, stock={"kopi": 1})
    async with serving(floor, keyring, now) as client:
        reader = await a_program(
            client, floor, now, permissions=[one for one in Permission if one.endswith(".read")]
        )
        for path, body in (
            ("/payments", {"order_id": "x", "method": "cash", "amount": 1}),
            ("/refunds", {"order_id": "x", "amount": 1, "reason": "x"}),
            ("/tasks/start", {"tasks": ["x"]}),
            ("/parcels/move", {"parcels": ["x"], "event": "deliver"}),
            ("/returns/x/decide", {"decision": "approve"}),
            ("/exceptions/close", {"exceptions": ["x"], "outcome": "resolved", "note": "x"}),
            ("/cod/remitted", {"courier": "jne", "statement": "x", "rows": [{"awb": "x"}]}),
        ):
            assert (await reader.post(path, body)).status_code == 403, path
        care = await a_program(client, floor, now, permissions=[Permission.REFUNDS_GRANT])
        assert (await care.post("/refunds/x/execute", {"method": "cash"})).status_code == 403


@pytest.mark.parametrize("kind", ["refunded", "refund_reversed", "forgone", "credited"])
async def test_money_goes_back_by_a_granted_refund_and_by_no_other_way(
    floor: ShopFloor, keyring: Keyring, now: datetime, kind: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    row = {"order_id": to_text("ord", order.id), "method": "cash", "amount": 1_000, "kind": kind}
    async with serving(floor, keyring, now) as client:
        till = await a_program(client, floor, now, permissions=[Permission.PAYMENTS_WRITE])

        one = await till.post("/payments", row)
        many = await till.post("/payments/batch", {"payments": [row]})

    assert [answer.status_code for answer in (one, many)] == [400, 400]
    assert [error["field"] for error in one.json()["errors"]] == ["kind"]
    assert await floor.value("SELECT count(*) FROM payment_event") == 1
    assert (await order_row(world, order)).refunded_minor == 0
