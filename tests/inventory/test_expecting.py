"""Goods on their way have a supplier and a day, and are fewer with everything that comes."""

from datetime import date, timedelta

import pytest

from inventory.conftest import Api, Person
from inventory.stocked import level
from orderan.access import Permission
from orderan.auditor import audit
from orderan.kit.ids import to_text

pytestmark = pytest.mark.anyio


def promise(api: Api, units: int, *, place: str = "JKT", **more: object) -> dict[str, object]:
    spot = to_text("loc", api.world.locations[place])
    return {"location_id": spot, "goods": [{"sku": "kopi", "quantity": units}]} | more


async def waited(api: Api) -> list[tuple[str, str | None, int, int]]:
    """(supplier, due, promised, still to come), what is due first on top."""
    rows = (await api.ask("GET", "/stock-expectations")).json()["data"]
    return [(row["supplier"], row["due_on"], row["quantity"], row["open"]) for row in rows]


async def test_what_is_due_first_is_what_came(api: Api) -> None:
    for units, supplier, due in (
        (5, "Kopi Gayo", "2026-12-20"),
        (4, "Toko Besar", "2026-12-10"),
        (3, "", None),
    ):
        body = promise(api, units, supplier=supplier, due_on=due)
        assert (await api.ask("POST", "/stock-expectations", body)).status_code == 201
    assert (await level(api.world, "kopi", now=api.now)).total.incoming == 12

    await api.ask("POST", "/stock-receipts", promise(api, 6, expected=True))

    assert await waited(api) == [("Kopi Gayo", "2026-12-20", 5, 3), ("", None, 3, 3)]
    assert (await level(api.world, "kopi", now=api.now)).total.incoming == 6
    assert await api.world.stock("kopi") == (16, 0, 0)

    await api.ask("POST", "/stock-expectations", promise(api, 4, given_up=True))
    assert await waited(api) == [("", None, 3, 2)]

    # More than was promised is received all the same, and nothing is waited for below zero.
    await api.ask("POST", "/stock-receipts", promise(api, 7, expected=True))
    assert await waited(api) == []
    assert (await level(api.world, "kopi", now=api.now)).total.incoming == 0
    assert audit(api.world.floor.db.url, now=api.now).clean


async def test_what_comes_unasked_or_elsewhere_leaves_the_promise_as_it_was(api: Api) -> None:
    await api.ask("POST", "/stock-expectations", promise(api, 5, supplier="Kopi Gayo"))

    await api.ask("POST", "/stock-receipts", promise(api, 2))
    await api.ask("POST", "/stock-receipts", promise(api, 2, place="SBY", expected=True))

    assert await waited(api) == [("Kopi Gayo", None, 5, 5)]


async def test_only_what_is_in_scope_is_listed(api: Api) -> None:
    await api.ask("POST", "/stock-expectations", promise(api, 5, place="SBY"))

    await api.may([Permission.INVENTORY_READ], locations=[api.world.locations["JKT"]])

    assert await waited(api) == []


async def test_a_person_notes_who_promised_what_and_when_and_sees_it(person: Person, api: Api) -> None:
    fields = {
        "location": to_text("loc", api.world.locations["JKT"]),
        "supplier": "Kopi Gayo",
        "due_on": "2026-12-20",
        "sku": "kopi",
        "quantity": "5",
        "verb": "save",
    }

    odd = await person.send("/stock/expected", fields | {"due_on": "besok"})
    assert (odd.status_code, await waited(api)) == (422, [])
    sent = await person.send("/stock/expected", fields)

    assert (sent.status_code, sent.headers["location"]) == (303, "/stock?said=expected")
    assert await waited(api) == [("Kopi Gayo", "2026-12-20", 5, 5)]
    shown = (await person.open("/stock/expected")).text
    assert "Kopi Gayo" in shown


async def test_a_day_that_passed_is_marked(person: Person, api: Api) -> None:
    yesterday = (api.now - timedelta(days=2)).date()
    await api.ask("POST", "/stock-expectations", promise(api, 5, due_on=yesterday.isoformat()))
    assert yesterday > date(2020, 1, 1)

    assert "Lewat" in (await person.open("/stock/expected")).text


async def test_selling_beyond_what_is_there_is_permitted_over_the_api(api: Api) -> None:
    spot = to_text("loc", api.world.locations["JKT"])

    given = await api.ask("PUT", f"/stock-oversell/kopi/{spot}", {"units": 3})
    assert given.status_code == 204
    assert (await level(api.world, "kopi", now=api.now)).total.sellable == 13

    await api.may([Permission.INVENTORY_WRITE], locations=[api.world.locations["SBY"]])
    outside = await api.ask("PUT", f"/stock-oversell/kopi/{spot}", {"units": 9})
    assert (outside.status_code, outside.json()["code"]) == (403, "outside_scope")
    assert (await level(api.world, "kopi", now=api.now)).total.sellable == 13
