"""Shelves as a person and as a program use them."""

from datetime import datetime
from typing import Any

import pytest

from conftest import ShopFloor
from given import World
from inventory.conftest import STOCK, Api, Person
from inventory.stocked import key_of
from orderan.inventory import PutAway, list_bins, put_away
from orderan.kit.ids import NIL, to_text

pytestmark = pytest.mark.anyio

DRAWN = {"zone": "a", "kind": "pick", "aisles": "2", "bays": "2", "levels": "1"}


def loc(world: World, place: str = "JKT") -> str:
    return to_text("loc", world.locations[place])


def row_of(world: World, sku: str) -> str:
    return ".".join((to_text("sku", world.skus[sku]), to_text("own", NIL), to_text("lot", NIL)))


async def bins_of(world: World) -> dict[str, Any]:
    found = await world.floor.run(lambda tx: list_bins(tx, world.locations["JKT"]))
    return {one.code: one for one in found}


async def test_shelves_are_drawn_filled_as_proposed_and_emptied_into_one_another(
    person: Person, world: World
) -> None:
    assert "Belum ada rak" in (await person.open(f"/stock/put-away?location={loc(world)}")).text
    assert (await person.send(f"/stock/bins/{loc(world)}", DRAWN)).status_code == 303
    assert list(await bins_of(world)) == ["A1-01-1", "A1-02-1", "A2-01-1", "A2-02-1"]

    proposed = await person.open(f"/stock/put-away?location={loc(world)}")
    assert 'value="A1-01-1"' in proposed.text
    assert 'value="A1-02-1"' in proposed.text
    put = {
        "key": [row_of(world, "gula"), row_of(world, "kopi")],
        "quantity": ["0", "6"],
        "bin": ["A1-01-1", "A1-02-1"],
    }
    assert (await person.send(f"/stock/put-away/{loc(world)}", put)).status_code == 303
    bins = await bins_of(world)
    assert {code: one.units for code, one in bins.items() if one.units} == {"A1-02-1": 6}

    there = f"/stock/bins/{loc(world)}/{to_text('bin', bins['A1-02-1'].id)}"
    assert "Pindahkan ke rak lain" in (await person.open(there)).text
    moved = {"key": f"{loc(world)}/{row_of(world, 'kopi')}", "quantity": "2", "to": "A2-01-1"}
    assert (await person.send(f"{there}/move", moved)).status_code == 303
    assert {code: one.units for code, one in (await bins_of(world)).items() if one.units} == {
        "A1-02-1": 4,
        "A2-01-1": 2,
    }


async def test_what_was_refused_keeps_what_was_typed_and_says_why(person: Person, world: World) -> None:
    await person.send(f"/stock/bins/{loc(world)}", DRAWN)
    bins = await bins_of(world)
    there = f"/stock/bins/{loc(world)}/{to_text('bin', bins['A1-01-1'].id)}"

    too_many = {"key": row_of(world, "kopi"), "quantity": "11", "bin": "A1-01-1"}
    answer = await person.send(f"/stock/put-away/{loc(world)}", too_many)
    assert answer.status_code == 409
    assert "Hanya 10 unit yang belum di rak, bukan 11." in answer.text
    assert 'value="11"' in answer.text

    moved = {"key": f"{loc(world)}/{row_of(world, 'kopi')}", "quantity": "3", "to": "Z9"}
    answer = await person.send(f"{there}/move", moved)
    assert answer.status_code == 409
    assert "Rak “Z9” tidak ada di lokasi ini." in answer.text

    assert (await person.send(f"{there}/block", {"why": "Dihitung"})).status_code == 303
    assert "Diblokir: Dihitung." in (await person.open(there)).text
    assert (await person.send(f"{there}/open", {})).status_code == 303
    open_again = await person.open(there)
    assert open_again.status_code == 200
    assert "Diblokir" not in open_again.text


async def test_a_program_draws_fills_and_blocks_bins_once_however_often_it_asks(
    api: Api, world: World
) -> None:
    await api.may(STOCK)
    bins = [{"code": "A1", "x_cm": 10}, {"code": "A2", "kind": "reserve"}]
    drawn = await api.ask("PUT", f"/locations/{loc(world)}/bins", {"bins": bins})
    assert [one["code"] for one in drawn.json()["data"]] == ["A1", "A2"]

    put = {"location_id": loc(world), "rows": [{"bin": "A2", "sku": "kopi", "quantity": 7}]}
    for _ in range(2):
        answer = await api.ask("POST", "/put-aways", put, key="sekali")
        assert answer.status_code == 201
        assert [one["units"] for one in answer.json()["data"]] == [7]

    moved = {
        "location_id": loc(world),
        "rows": [{"from_bin": "A2", "to_bin": "A1", "sku": "kopi", "quantity": 8}],
    }
    refused = await api.ask("POST", "/bin-shifts", moved)
    assert (refused.status_code, refused.json()["code"]) == (409, "bin_short")

    blocked = await api.ask("POST", "/bin-blocks", {"location_id": loc(world), "bin": "A2", "why": "Basah"})
    assert blocked.json()["blocked_why"] == "Basah"
    floor = await api.ask("GET", f"/locations/{loc(world)}/floor")
    assert {row["sku"]: (row["units"], row["bin"]) for row in floor.json()["data"]} == {
        "gula": (10, "A1"),
        "kopi": (3, None),
    }


async def test_a_program_of_another_place_sees_no_bins_here_and_fills_none(
    api: Api, world: World, floor: ShopFloor, now: datetime
) -> None:
    await api.may(STOCK)
    await api.ask("PUT", f"/locations/{loc(world)}/bins", {"bins": [{"code": "A1"}]})
    bins = await bins_of(world)
    await floor.run(
        lambda tx: put_away(tx, [PutAway(bins["A1"].id, key_of(world, "kopi"), 1)], in_hand={}, now=now)
    )
    await api.may(STOCK, locations=[world.locations["SBY"]])

    put = {"location_id": loc(world), "rows": [{"bin": "A1", "sku": "kopi", "quantity": 1}]}
    assert (await api.ask("GET", f"/locations/{loc(world)}/bins")).status_code == 403
    assert (await api.ask("POST", "/put-aways", put)).status_code == 403
