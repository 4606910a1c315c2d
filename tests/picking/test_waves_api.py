"""Waves, pick lists and how a location picks, as programs ask for them."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from fulfilment.api import Program, a_program, serving
from orderan.access import Permission
from orderan.kit.crypto import Keyring
from orderan.kit.ids import NIL, to_text
from orderan.picking import Cutoff, courier_leaves
from picking.shelved import Shelved, shelved

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shop(floor: ShopFloor, keyring: Keyring, now: datetime) -> Shelved:
    return await shelved(floor, keyring, now)


@pytest.fixture
async def program(shop: Shelved) -> AsyncIterator[Program]:
    async with serving(shop.floor, shop.keyring, shop.now) as client:
        yield await a_program(client, shop.floor, shop.now)


def here(shop: Shelved, **more: Any) -> dict[str, Any]:
    return {"location_id": to_text("loc", shop.place)} | more


async def test_a_wave_is_proposed_released_once_walked_and_told_with_its_lists(
    shop: Shelved, program: Program
) -> None:
    tasks = [to_text("tsk", (await shop.order((sku, 1)))[1]) for sku in ("kopi", "teh", "gula")]

    proposed = (await program.post("/waves/propose", here(shop, most=2, method="zone"))).json()
    assert [one["task_id"] for one in proposed["orders"]] == tasks[:2]
    assert [(one["zone"], one["tasks"]) for one in proposed["lists"]] == [
        ("A", [tasks[0]]),
        ("C", [tasks[1]]),
    ]
    assert (await program.get("/waves")).json() == {"data": [], "next_cursor": None}

    asked = here(shop, tasks=[one["task_id"] for one in proposed["orders"]], method="zone")
    released = await program.post("/waves", asked, key="gelombang")
    assert released.status_code == 201
    wave = released.json()
    assert (await program.post("/waves", asked, key="gelombang")).json() == wave
    again = await program.post("/waves", asked)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_release")
    assert (wave["state"], wave["method"], wave["orders"]) == ("released", "zone", 2)
    assert [(one["zone"], one["state"]) for one in wave["lists"]] == [("A", "open"), ("C", "open")]
    assert (await program.get(f"/waves/{wave['id']}")).json() == wave
    assert [one["id"] for one in (await program.get("/waves", state="released")).json()["data"]] == [
        wave["id"]
    ]
    assert (await program.get("/waves", state="done")).json()["data"] == []

    first = wave["lists"][0]["id"]
    taken = (await program.post(f"/pick-lists/{first}/take", {}, key="ambil")).json()
    assert (await program.post(f"/pick-lists/{first}/take", {}, key="ambil")).json() == taken
    assert (taken["state"], taken["mine"]) == ("taken", True)
    [stop] = taken["stops"]
    assert (stop["bin"], stop["sku"], stop["units"]) == ("A1", "kopi", 1)
    assert stop["takes"] == [
        {"task_id": tasks[0], "line": 1, "number": proposed["orders"][0]["number"], "slot": 1, "units": 1}
    ]
    assert (await program.get(f"/pick-lists/{first}")).json() == taken
    assert [one["id"] for one in (await program.get("/pick-lists", state="taken")).json()["data"]] == [first]
    begun = await program.post(f"/waves/{wave['id']}/drop")
    assert (begun.status_code, begun.json()["code"]) == (409, "illegal_move")


async def test_a_list_of_somebody_else_is_taken_over_only_when_that_is_said(
    shop: Shelved, program: Program
) -> None:
    await shop.order(("kopi", 1))
    [one] = (await program.post("/waves", here(shop))).json()["lists"]
    other = await a_program(program.client, shop.floor, shop.now)
    assert (await other.post(f"/pick-lists/{one['id']}/take", {})).status_code == 200

    refused = await program.post(f"/pick-lists/{one['id']}/take", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "pick_list_of_another")
    over = await program.post(f"/pick-lists/{one['id']}/take", {"over": True})
    assert over.json()["mine"]
    back = await program.post(f"/pick-lists/{one['id']}/put-back")
    assert back.json()["state"] == "open"
    twice = await program.post(f"/pick-lists/{one['id']}/put-back")
    assert (twice.status_code, twice.json()["code"]) == (409, "illegal_move")


async def test_what_nobody_began_is_dropped_and_its_orders_are_drawn_again(
    shop: Shelved, program: Program
) -> None:
    await shop.order(("kopi", 1))
    wave = (await program.post("/waves", here(shop))).json()

    dropped = (await program.post(f"/waves/{wave['id']}/drop")).json()

    assert (dropped["state"], dropped["lists"][0]["state"]) == ("dropped", "dropped")
    assert (await program.post("/waves", here(shop))).status_code == 201
    page = (await program.get("/waves", limit=1)).json()
    rest = (await program.get("/waves", limit=1, cursor=page["next_cursor"])).json()
    assert {page["data"][0]["state"], rest["data"][0]["state"]} == {"released", "dropped"}
    assert rest["next_cursor"] is None
    assert (await program.get("/waves", cursor="bukan")).status_code == 422


async def test_a_courier_that_leaves_narrows_a_wave_to_its_services_and_says_until_when(
    shop: Shelved, program: Program
) -> None:
    await shop.order(("kopi", 1))
    place = to_text("loc", shop.place)
    leaves = {"courier": "jnt", "closes": "16:00", "lead_minutes": 120, "days": [1, 2, 3, 4, 5, 6, 7]}
    told = await program.post(f"/picking/{place}/cutoffs", leaves | {"services": ["kilat"]})
    assert told.status_code == 201

    narrowed = await program.post("/waves/propose", here(shop, courier="jnt"))
    assert narrowed.json()["orders"] == []
    [cutoff] = told.json()["cutoffs"]
    assert (cutoff["closes"], cutoff["services"]) == ("16:00", ["kilat"])
    await program.post(f"/picking/{place}/cutoffs/{cutoff['id']}/drop")
    await program.post(f"/picking/{place}/cutoffs", leaves)
    wave = (await program.post("/waves", here(shop, courier="jnt"))).json()
    # Eleven in Jakarta; it leaves at four there, which is nine here.
    assert (wave["courier"], wave["cutoff_at"]) == ("jnt", "2026-11-11T09:00:00Z")


async def test_how_a_location_picks_is_read_and_said_and_nonsense_is_refused(
    shop: Shelved, program: Program
) -> None:
    place = to_text("loc", shop.place)
    usual = (await program.get(f"/picking/{place}")).json()
    assert (usual["method"], usual["substitute"], usual["partial"], usual["cutoffs"]) == (
        "cluster",
        True,
        False,
        [],
    )
    policy = {name: usual[name] for name in usual if name not in {"location_id", "cutoffs"}}
    said = policy | {"method": "zone", "slots": 8, "automatic": True, "substitute": False}
    for _ in range(2):
        told = await put(program, f"/picking/{place}", said)
        assert told.json() == usual | said
    assert (await put(program, f"/picking/{place}", said | {"slots": 61})).status_code == 400
    leaves = {"courier": "jnt", "closes": "16:30", "lead_minutes": 90, "days": [5, 1, 5]}
    added = await program.post(f"/picking/{place}/cutoffs", leaves, key="jnt")
    assert (await program.post(f"/picking/{place}/cutoffs", leaves, key="jnt")).json() == added.json()
    [cutoff] = added.json()["cutoffs"]
    assert cutoff["days"] == [1, 5]
    twice = await program.post(f"/picking/{place}/cutoffs", leaves)
    assert (twice.status_code, twice.json()["code"]) == (409, "cutoff_twice")
    nobody = await program.post(f"/picking/{place}/cutoffs", leaves | {"courier": "entah"})
    assert (nobody.status_code, nobody.json()["code"]) == (422, "not_a_picking_policy")
    dropped = await program.post(f"/picking/{place}/cutoffs/{cutoff['id']}/drop")
    assert dropped.json()["cutoffs"] == []


async def put(program: Program, path: str, body: Any) -> Any:
    headers = {"authorization": f"Bearer {program.secret}", "accept-language": "en"}
    return await program.client.put(f"/api/v1{path}", json=body, headers=headers)


async def test_a_key_does_what_its_permissions_and_places_let_it(shop: Shelved, program: Program) -> None:
    await shop.order(("kopi", 1))
    wave = (await program.post("/waves", here(shop))).json()
    [one] = wave["lists"]
    there = shop.world.locations["BDG"]
    reads = await a_program(program.client, shop.floor, shop.now, permissions=[Permission.FULFILMENT_READ])
    elsewhere = await a_program(program.client, shop.floor, shop.now, locations=[there])

    assert (await reads.get(f"/waves/{wave['id']}")).status_code == 200
    for path in ("/waves", "/waves/propose"):
        assert (await reads.post(path, here(shop))).status_code == 403
    assert (await reads.post(f"/pick-lists/{one['id']}/take", {})).status_code == 403
    place = to_text("loc", shop.place)
    assert (await put(reads, f"/picking/{place}", {})).status_code in {400, 403}

    assert (await elsewhere.get("/waves")).json()["data"] == []
    assert (await elsewhere.get("/pick-lists")).json()["data"] == []
    for path in (f"/waves/{wave['id']}", f"/pick-lists/{one['id']}", f"/picking/{place}"):
        assert (await elsewhere.get(path)).status_code == 404
    for path in (f"/waves/{wave['id']}/drop", f"/pick-lists/{one['id']}/put-back"):
        assert (await elsewhere.post(path)).status_code == 404
    assert (await elsewhere.post(f"/pick-lists/{one['id']}/take", {})).status_code == 404
    assert (await elsewhere.post("/waves", here(shop))).status_code == 404
    assert (await program.get(f"/waves/{wave['id']}")).json()["state"] == "released"


def test_a_courier_with_a_departure_for_everything_takes_every_service(now: datetime) -> None:
    def leaves(hour: int, *services: str) -> Cutoff:
        return Cutoff(NIL, NIL, "jnt", services, hour * 60, 60, (1, 2, 3, 4, 5, 6, 7))

    midnight = now.replace(hour=0, minute=0)
    some = [leaves(9, "kilat"), leaves(16, "reguler")]
    assert courier_leaves("jnt", some, "UTC", midnight) == (
        {"kilat", "reguler"},
        midnight + timedelta(hours=9),
    )
    assert courier_leaves("jnt", [*some, leaves(20)], "UTC", midnight)[0] == set()
    assert courier_leaves("sicepat", some, "UTC", midnight) == (set(), None)
