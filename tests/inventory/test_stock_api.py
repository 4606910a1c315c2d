"""Stock over HTTP: numbers that agree, named refusals, one effect per key, no more than allowed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from inventory.conftest import STOCK, Api
from inventory.stocked import claimed
from orderan.access import Permission
from orderan.kit.ids import to_text

pytestmark = pytest.mark.anyio


def loc(api: Api, place: str) -> str:
    return to_text("loc", api.world.locations[place])


async def test_availability_is_told_per_sku_and_location(api: Api) -> None:
    await claimed(api.world, "kopi", 3, now=api.now)

    answer = await api.ask("GET", "/availability", sku=["kopi"])

    assert answer.status_code == 200
    [one] = answer.json()["data"]
    assert (one["sku"], one["total"]["on_hand"], one["total"]["allocated"], one["total"]["available"]) == (
        "kopi",
        10,
        3,
        7,
    )
    assert list(one["locations"]) == [loc(api, "JKT")]


async def test_pages_of_availability_follow_the_cursor(api: Api) -> None:
    first = (await api.ask("GET", "/availability", limit=1)).json()
    second = (await api.ask("GET", "/availability", limit=1, cursor=first["next_cursor"])).json()

    assert [one["sku"] for one in first["data"] + second["data"]] == ["gula", "kopi"]
    assert second["next_cursor"] is None
    odd = await api.ask("GET", "/availability", cursor="bukan-kursor")
    assert (odd.status_code, odd.json()["code"]) == (422, "cursor_unreadable")


async def test_goods_are_received_once_per_key(api: Api) -> None:
    body = {"location_id": loc(api, "SBY"), "goods": [{"sku": "KOPI", "quantity": 4}]}

    first = await api.ask("POST", "/stock-receipts", body, key="satu")
    again = await api.ask("POST", "/stock-receipts", body, key="satu")

    assert (first.status_code, first.json()) == (201, {"units": 4, "rows": 1})
    assert again.json() == first.json()
    assert await api.world.stock("kopi") == (14, 0, 0)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"location_id": "loc_x", "goods": [{"sku": "kopi", "quantity": 1}]}, 404, "not_an_id"),
        ({"goods": [{"sku": "teh", "quantity": 1}]}, 422, "unknown_stocked_sku"),
        ({"goods": [{"sku": "kopi", "quantity": 0}]}, 400, "invalid_request"),
        ({"goods": []}, 400, "invalid_request"),
    ],
)
async def test_a_wrong_receipt_changes_nothing(
    api: Api, body: dict[str, object], status: int, code: str
) -> None:
    answer = await api.ask("POST", "/stock-receipts", {"location_id": loc(api, "JKT")} | body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await api.world.stock("kopi") == (10, 0, 0)


async def test_an_adjustment_below_what_is_promised_is_refused_with_the_facts(api: Api) -> None:
    await claimed(api.world, "kopi", 8, now=api.now)
    change = {"sku": "kopi", "location_id": loc(api, "JKT"), "change": -3}

    answer = await api.ask("POST", "/stock-adjustments", {"reason": "hilang", "changes": [change]})

    assert answer.status_code == 409
    told = answer.json()
    assert told["code"] == "stock_short"
    assert [(one["wanted"], one["available"]) for one in told["shortfalls"]] == [(3, 2)]
    assert await api.world.stock("kopi") == (10, 0, 8)


async def test_a_count_tells_each_row_for_itself(api: Api) -> None:
    rows = [
        {"sku": "kopi", "location": "JKT", "on_hand": 12},
        {"sku": "teh", "location": "JKT", "on_hand": 1},
    ]

    answer = await api.ask("POST", "/stock-counts", {"reason": "opname", "rows": rows})

    told = answer.json()
    assert (answer.status_code, told["changed"], told["refused"]) == (200, 1, 1)
    assert told["results"][0] == {"index": 0, "change": 2, "problem": None}
    assert told["results"][1]["problem"]["code"] == "unknown_stocked_sku"


async def test_units_are_set_aside_and_written_off(api: Api) -> None:
    row = {"sku": "kopi", "location_id": loc(api, "JKT"), "bucket": "damaged", "reason": "pecah"}

    await api.ask("POST", "/stock-conditions", row | {"verb": "set_aside", "quantity": 3})
    await api.ask("POST", "/stock-conditions", row | {"verb": "write_off", "quantity": 1})
    short = await api.ask("POST", "/stock-conditions", row | {"verb": "restore", "quantity": 3})

    assert short.json()["code"] == "stock_short"
    [one] = (await api.ask("GET", "/availability", sku=["kopi"])).json()["data"]
    assert (one["total"]["on_hand"], one["total"]["damaged"]) == (7, 2)


async def test_a_transfer_goes_its_whole_way(api: Api) -> None:
    body = {
        "from_location_id": loc(api, "JKT"),
        "to_location_id": loc(api, "SBY"),
        "goods": [{"sku": "kopi", "quantity": 4}],
    }
    opened = (await api.ask("POST", "/stock-transfers", body)).json()
    path = f"/stock-transfers/{opened['id']}"

    sent = (await api.ask("POST", f"{path}/dispatch")).json()
    over = await api.ask("POST", f"{path}/receive", {"lines": [{"line": 1, "received": 5}]})
    arrival = {"line": 1, "received": 3, "lost": 1, "loss_reason": "jatuh"}
    done = (await api.ask("POST", f"{path}/receive", {"lines": [arrival]})).json()
    late = await api.ask("POST", f"{path}/cancel")

    assert (opened["state"], sent["state"], done["state"]) == ("draft", "in_transit", "received")
    assert over.json()["code"] == "more_than_sent"
    assert late.json()["code"] == "illegal_move"
    assert await api.world.stock("kopi") == (9, 0, 0)
    moved = (await api.ask("GET", "/stock-movements", cause=opened["id"])).json()["data"]
    assert [(one["kind"], one["quantity"]) for one in moved] == [
        ("adjust", 1),
        ("transfer_in", 3),
        ("transfer_out", 4),
    ]
    assert {one["cause"] for one in moved} == {opened["id"]}
    [listed] = (await api.ask("GET", "/stock-transfers", state=["received"])).json()["data"]
    assert (listed["id"], listed["lost"]) == (opened["id"], 1)


async def test_a_policy_makes_a_sku_low(api: Api) -> None:
    path = f"/stock-policies/kopi/{loc(api, 'JKT')}"

    answer = await api.ask("PUT", path, {"safety": 2, "reorder_point": 10})

    assert answer.status_code == 204
    [one] = (await api.ask("GET", "/availability", low="true")).json()["data"]
    assert (one["sku"], one["total"]["available"], one["low"]) == ("kopi", 8, True)


async def test_a_location_is_added_changed_and_closed(api: Api) -> None:
    body = {"code": "MKS", "name": "Makassar", "kind": "store", "rank": 5}
    added = await api.ask("POST", "/locations", body)
    path = f"/locations/{added.json()['id']}"

    twice = await api.ask("POST", "/locations", body)
    closed = await api.ask("PUT", path, body | {"name": "Toko Makassar", "active": False})

    assert added.status_code == 201
    assert twice.json()["code"] == "location_code_taken"
    assert (closed.status_code, closed.json()["name"], closed.json()["active"]) == (
        200,
        "Toko Makassar",
        False,
    )


async def test_a_key_of_one_place_neither_sees_nor_touches_another(api: Api) -> None:
    await api.may(STOCK, locations=[api.world.locations["SBY"]])

    [one] = (await api.ask("GET", "/availability", sku=["kopi"])).json()["data"]
    elsewhere = await api.ask("GET", "/availability", location=loc(api, "JKT"))
    history = (await api.ask("GET", "/stock-movements")).json()["data"]
    body = {"location_id": loc(api, "JKT"), "goods": [{"sku": "kopi", "quantity": 1}]}
    receipt = await api.ask("POST", "/stock-receipts", body)
    count = {"reason": "x", "rows": [{"sku": "kopi", "location": "JKT", "on_hand": 0}]}
    counted = await api.ask("POST", "/stock-counts", count)

    assert (one["total"]["on_hand"], one["locations"], history) == (0, {}, [])
    assert {answer.json()["code"] for answer in (elsewhere, receipt, counted)} == {"outside_scope"}
    assert await api.world.stock("kopi") == (10, 0, 0)


async def test_reading_does_not_allow_writing_and_nobody_unknown_reads(api: Api) -> None:
    await api.may([Permission.INVENTORY_READ])
    body = {"location_id": loc(api, "JKT"), "goods": [{"sku": "kopi", "quantity": 1}]}

    written = await api.ask("POST", "/stock-receipts", body)
    api.secret = "bukan-kunci"
    unknown = await api.ask("GET", "/availability")

    assert (written.status_code, unknown.status_code) == (403, 401)
    assert await api.world.stock("kopi") == (10, 0, 0)


async def test_history_is_narrowed_by_time_and_kind(api: Api) -> None:
    later = (api.now + timedelta(hours=1)).isoformat()

    nothing = (await api.ask("GET", "/stock-movements", since=later)).json()
    all_of_it = (await api.ask("GET", "/stock-movements", kind=["receive"], until=later)).json()
    stranger = (await api.ask("GET", "/stock-movements", cause=to_text("ord", uuid4()))).json()

    assert nothing == stranger == {"data": [], "next_cursor": None}
    assert sorted(one["sku"] for one in all_of_it["data"]) == ["gula", "kopi"]
