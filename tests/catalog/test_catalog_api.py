"""The catalogue and quotes as programs see them."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from catalog.wares import ppn
from conftest import ShopFloor
from fulfilment.api import Program, a_program, serving
from given import a_shop
from orderan.access import Permission
from orderan.kit.crypto import Keyring

pytestmark = pytest.mark.anyio

KAOS = {
    "name": "Kaos Batik",
    "category": "Pakaian",
    "skus": [
        {"code": "KAOS-S", "name": "S", "options": {"ukuran": "S"}, "gtin": "8992761002015", "weight_g": 180},
        {"code": "KAOS-M", "name": "M", "options": {"ukuran": "M"}, "weight_g": 190},
    ],
}


@pytest.fixture
async def program(floor: ShopFloor, keyring: Keyring, now: datetime) -> AsyncIterator[Program]:
    await ppn(floor)
    async with serving(floor, keyring, now) as client:
        yield await a_program(client, floor, now)


async def patch(program: Program, path: str, body: Any) -> Any:
    headers = {"authorization": f"Bearer {program.secret}", "accept-language": "en"}
    return await program.client.patch(f"/api/v1{path}", json=body, headers=headers)


async def test_a_product_is_added_once_read_and_changed(program: Program, floor: ShopFloor) -> None:
    added = await program.post("/products", KAOS, key="k1")
    again = await program.post("/products", KAOS, key="k1")
    assert added.status_code == again.status_code == 201
    assert added.json() == again.json()
    assert [sku["code"] for sku in added.json()["skus"]] == ["KAOS-S", "KAOS-M"]

    path = f"/products/{added.json()['id']}"
    changed = await patch(program, path, {"brand": "Parang", "state": "archived"})
    assert changed.status_code == 200
    assert (changed.json()["brand"], changed.json()["state"]) == ("Parang", "archived")
    assert (await program.get(path)).json() == changed.json()
    assert await floor.value("SELECT count(*) FROM product") == 1


async def test_every_wrong_field_is_told_at_once(program: Program) -> None:
    body = {"name": "", "tax_class": "x", "skus": [{"code": "A", "gtin": "8992761002010"}]}

    refused = await program.post("/products", body)

    assert refused.status_code == 422
    assert refused.json()["code"] == "wares_refused"
    assert refused.json()["wrong"] == [
        {"field": "name", "fault": "required", "value": "", "right": ""},
        {"field": "tax_class", "fault": "unknown_choice", "value": "x", "right": "none, ppn, ppn_mewah"},
        {"field": "gtin", "fault": "gtin_check_digit", "value": "8992761002010", "right": "5"},
    ]


async def test_lists_come_by_pages_and_are_searched(program: Program) -> None:
    await program.post("/products", KAOS)
    for number in range(3):
        await program.post("/products", {"name": f"Kopi {number}", "skus": [{"code": f"KOPI-{number}"}]})

    first = (await program.get("/products", limit=3)).json()
    rest = (await program.get("/products", limit=3, cursor=first["next_cursor"])).json()
    names = [one["name"] for one in first["data"] + rest["data"]]
    assert names == ["Kaos Batik", "Kopi 0", "Kopi 1", "Kopi 2"]
    assert rest["next_cursor"] is None

    assert [one["name"] for one in (await program.get("/products", q="bat")).json()["data"]] == ["Kaos Batik"]
    found = (await program.get("/skus", gtin="08992761002015")).json()["data"]
    assert [one["code"] for one in found] == ["KAOS-S"]
    page = (await program.get("/skus", limit=2)).json()
    more = (await program.get("/skus", limit=9, cursor=page["next_cursor"])).json()
    assert [one["code"] for one in page["data"] + more["data"]] == [
        "KAOS-M",
        "KAOS-S",
        "KOPI-0",
        "KOPI-1",
        "KOPI-2",
    ]


async def test_a_bundle_is_added_and_its_parts_are_changed(program: Program) -> None:
    product = (await program.post("/products", KAOS)).json()
    made = await program.post(
        "/skus", {"product_id": product["id"], "code": "PAKET", "parts": {"KAOS-S": 1, "KAOS-M": 2}}
    )
    assert made.status_code == 201
    assert made.json()["bundle"]
    assert not made.json()["stocked"]

    path = f"/skus/{made.json()['id']}"
    changed = await patch(program, path, {"parts": {"KAOS-M": 3}})
    assert changed.json()["parts"] == {"KAOS-M": 3}
    refused = await patch(program, path, {"parts": {"PAKET": 1, "X": 1}})
    assert [one["fault"] for one in refused.json()["wrong"]] == ["part_is_bundle", "part_unknown"]
    cleared = await patch(program, f"/skus/{product['skus'][0]['id']}", {"gtin": ""})
    assert cleared.json()["gtin"] is None


async def put(program: Program, path: str, body: Any) -> Any:
    headers = {"authorization": f"Bearer {program.secret}", "accept-language": "en"}
    return await program.client.put(f"/api/v1{path}", json=body, headers=headers)


async def test_what_may_stand_in_for_a_sku_is_named_the_best_first_and_all_that_is_wrong_is_told(
    program: Program,
) -> None:
    product = (await program.post("/products", KAOS)).json()
    small, medium = product["skus"]
    path = f"/skus/{small['id']}/substitutes"
    assert (await program.get(path)).json() == {"data": []}

    told = await put(program, path, {"codes": ["KAOS-M", "KAOS-M"]})
    for again in (told, await put(program, path, {"codes": ["KAOS-M"]})):
        assert again.json() == {"data": [{"id": medium["id"], "code": "KAOS-M", "state": "active"}]}
    refused = await put(program, path, {"codes": ["KAOS-S", "X"]})
    assert [one["fault"] for one in refused.json()["wrong"]] == ["substitute_itself", "part_unknown"]
    assert (await program.get(path)).json() == told.json()
    assert (await put(program, path, {"codes": ["X"] * 21})).status_code == 400
    nowhere = "/skus/sku_00000000000000000000000000/substitutes"
    assert (
        (await program.get(nowhere)).status_code
        == (await put(program, nowhere, {"codes": []})).status_code
        == 404
    )


async def test_what_a_buyer_lets_stand_in_is_said_of_an_order_and_of_each_line(
    program: Program, floor: ShopFloor, now: datetime
) -> None:
    await a_shop(floor, now, stock={"kopi": 9, "teh": 9, "gula": 9})
    lines = [{"sku": "kopi", "quantity": 1}, {"sku": "teh", "quantity": 1, "may_substitute": False}]

    placed = await program.post("/orders", {"channel": "web", "lines": lines, "may_substitute": True})
    plain = await program.post("/orders", {"channel": "web", "lines": [{"sku": "gula", "quantity": 1}]})

    assert (placed.status_code, plain.status_code) == (201, 201)
    rows = await floor.all("SELECT sku_code, may_substitute FROM order_line ORDER BY sku_code")
    assert [tuple(row) for row in rows] == [("gula", False), ("kopi", True), ("teh", False)]


async def test_prices_are_set_replaced_and_ended(program: Program, now: datetime) -> None:
    await program.post("/products", KAOS)
    made = await program.post("/price-lists", {"code": "umum", "name": "Umum"})
    assert made.status_code == 201
    week = (now + timedelta(days=7)).isoformat()

    price = {"price_list": "umum", "sku": "KAOS-S", "amount": 125_000}
    assert (await program.post("/prices", price)).status_code == 201
    refused = await program.post("/prices", price | {"amount": 99_000, "valid_until": week})
    assert (refused.status_code, refused.json()["code"]) == (409, "price_overlaps")
    told = await program.post("/prices", price | {"amount": 99_000, "valid_until": week, "replacing": True})
    assert [one["amount"] for one in told.json()["data"]] == [99_000, 125_000]

    ended = await program.post("/prices/end", {"price_list": "umum", "sku": "KAOS-S", "valid_from": week})
    assert [one["amount"] for one in ended.json()["data"]] == [99_000]
    assert (await program.get("/prices", sku="KAOS-S", price_list="lain")).json() == {"data": []}
    changed = await patch(program, f"/price-lists/{made.json()['id']}", {"rank": 5})
    assert changed.json()["rank"] == 5
    rates = (await program.get("/tax-rates")).json()["data"]
    assert [(one["tax_class"], one["base_numerator"]) for one in rates] == [("ppn", 11), ("ppn_mewah", 1)]


@pytest.mark.parametrize("path", ["/products/prd_x", "/skus/sku_00000000000000000000000000", "/products/%00"])
async def test_what_is_not_there_is_not_found(program: Program, path: str) -> None:
    assert (await program.get(path)).status_code == 404


@pytest.mark.parametrize("text", ["\x00", "a\x00b"])
async def test_a_nul_is_a_wrong_field_of_a_body_and_a_space_in_a_question(
    program: Program, text: str
) -> None:
    assert (await program.post("/products", {"name": text})).status_code == 400
    asked = await program.get("/products", q=text)
    assert (asked.status_code, asked.json()) == (
        200,
        (await program.get("/products", q=text.replace("\0", " "))).json(),
    )
    assert (await program.get("/prices", sku=text)).json()["code"] == "unknown_skus"


async def test_a_quote_is_what_the_order_costs_and_a_changed_total_carries_the_new_one(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    await a_shop(floor, now, stock={"kopi": 9})
    basket = {
        "channel": "web",
        "lines": [{"sku": "kopi", "quantity": 3}],
        "discounts": [{"code": "HEMAT", "payer": "brand", "amount": 1_000}],
    }
    async with serving(floor, keyring, now) as client:
        program = await a_program(client, floor, now)

        quote = (await program.post("/quotes", basket)).json()
        assert (quote["goods"], quote["discount"], quote["total"]) == (30_000, 1_000, 29_000)
        assert quote["lines"][0]["discounts"] == [{"code": "HEMAT", "payer": "brand", "amount": 1_000}]

        changed = await program.post("/orders", basket | {"expected_total": 30_000})
        assert changed.status_code == 409
        assert (changed.json()["code"], changed.json()["total_minor"]) == ("total_changed", 29_000)
        assert changed.json()["lines"][0]["tax_minor"] == quote["tax"]

        placed = await program.post("/orders", basket | {"expected_total": quote["total"]})
        assert placed.status_code == 201
        assert (placed.json()["total"], placed.json()["tax"]) == (quote["total"], quote["tax"])


async def test_a_key_limited_to_other_channels_gets_no_quote(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    await a_shop(floor, now, stock={"kopi": 9})
    async with serving(floor, keyring, now) as client:
        program = await a_program(client, floor, now, channels=[])
        told = await program.post("/quotes", {"channel": "web", "lines": [{"sku": "kopi", "quantity": 1}]})
    assert (told.status_code, told.json()["code"]) == (422, "unknown_channel")


async def test_reading_keys_change_nothing(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    async with serving(floor, keyring, now) as client:
        reader = await a_program(client, floor, now, permissions=[Permission.CATALOG_READ])
        for path in ("/products", "/skus", "/prices", "/price-lists", "/quotes"):
            assert (await reader.post(path, {})).status_code == 403
        assert (await reader.get("/products")).status_code == 200
