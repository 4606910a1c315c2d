"""Customers over HTTP: masked answers, named refusals, one effect per key, no more than allowed."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from access.conftest import application, settings_on
from conftest import ShopFloor
from orderan.access import Permission, make_key
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller
from orderan.shops import open_shop

pytestmark = pytest.mark.anyio

BUDI = {"name": "Budi Santoso", "phone": "0812-3456-7890", "email": "budi@gmail.com"}
HOME = {
    "recipient": "Budi Santoso",
    "phone": "081234567890",
    "line": "Jalan Melawai Raya 12",
    "village_code": "31.74.07.1001",
    "district": "Kebayoran Br",
    "postcode": "12160",
}
CARE = (Permission.CUSTOMERS_READ, Permission.CUSTOMERS_WRITE, Permission.PERSONAL_READ)


class Shop:
    """The API of a shop, as a program with some permissions sees it."""

    def __init__(self, client: AsyncTestClient[Any], floor: ShopFloor, now: datetime) -> None:
        self.client, self.floor, self.now = client, floor, now
        self.secret = ""
        self.keys = 0

    async def may(self, permissions: Collection[Permission]) -> None:
        """From now on ask as a program with these permissions."""
        _, self.secret = await self.floor.run(
            lambda tx: make_key(tx, name="uji", permissions=permissions, now=self.now)
        )

    async def ask(self, method: str, path: str, body: Any = None, *, key: str = "", **query: Any) -> Any:
        self.keys += 1
        headers = {"authorization": f"Bearer {self.secret}"} if self.secret else {}
        if method == "POST":
            headers["idempotency-key"] = key or f"k{self.keys}"
        return await self.client.request(method, f"/api/v1{path}", json=body, params=query, headers=headers)

    async def budi(self) -> str:
        answer = await self.ask("POST", "/customers", BUDI)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@pytest.fixture
async def shop(floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str) -> AsyncIterator[Shop]:
    async with AsyncTestClient(application(settings_on(database_url), keyring, SetClock(now))) as client:
        shop = Shop(client, floor, now)
        await shop.may([*CARE, Permission.CUSTOMERS_ERASE, Permission.AUDIT_READ])
        yield shop


async def test_a_registered_customer_is_told_masked(shop: Shop) -> None:
    answer = await shop.ask("POST", "/customers", BUDI | {"customer_group": "grosir"})

    assert answer.status_code == 201
    told = answer.json()
    assert told["id"].startswith("cus_")
    assert (told["name"], told["phone"], told["email"]) == (
        "Budi Santoso",
        "0812-****-7890",
        "b***@gmail.com",
    )
    assert (told["customer_group"], told["state"], told["addresses"], told["consents"]) == (
        "grosir",
        "active",
        [],
        [],
    )
    read = await shop.ask("GET", f"/customers/{told['id']}")
    assert (read.status_code, read.json()) == (200, told)


async def test_the_same_key_gives_the_same_customer_and_no_copy_of_the_phone(shop: Shop) -> None:
    first = await shop.ask("POST", "/customers", BUDI, key="satu")
    again = await shop.ask("POST", "/customers", BUDI, key="satu")

    assert (again.status_code, again.json()) == (201, first.json())
    assert await shop.floor.value("SELECT count(*) FROM customer WHERE shop_id = %(shop)s") == 1
    kept = bytes(await shop.floor.value("SELECT body FROM answer WHERE shop_id = %(shop)s"))
    assert b"81234567890" not in kept
    assert b"budi@" not in kept


async def test_every_doubtful_field_is_told_with_what_was_probably_meant(shop: Shop) -> None:
    wrong = {"name": "", "phone": "812-3456-7890", "email": "budi@gmial.com"}

    answer = await shop.ask("POST", "/customers", wrong)

    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "entry_refused"
    assert problem["fields"] == [
        {"field": "name", "doubt": "missing", "suggestion": None, "can_insist": False},
        {
            "field": "phone",
            "doubt": "leading_zero_missing",
            "suggestion": "0812-3456-7890",
            "can_insist": False,
        },
        {
            "field": "email",
            "doubt": "domain_like_another",
            "suggestion": "budi@gmail.com",
            "can_insist": True,
        },
    ]
    insisted = {"name": "Budi", "email": "budi@gmial.com", "insisted": ["email"]}
    assert (await shop.ask("POST", "/customers", insisted)).status_code == 201


async def test_a_known_phone_is_refused_with_the_id_of_its_holder(shop: Shop) -> None:
    budi = await shop.budi()

    answer = await shop.ask("POST", "/customers", {"name": "Lain", "phone": "+6281234567890"})

    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["customer"]) == ("phone_taken", budi)


async def test_customers_are_listed_by_pages_and_searched(shop: Shop) -> None:
    ids = []
    for number in range(5):
        answer = await shop.ask(
            "POST", "/customers", {"name": f"Orang Ke{number}", "phone": f"0812000000{number}0"}
        )
        ids.append(answer.json()["id"])

    seen, after = [], ""
    while True:
        page = (await shop.ask("GET", "/customers", limit=2, cursor=after)).json()
        seen += [one["id"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        after = page["next_cursor"]
    found = (await shop.ask("GET", "/customers", q="0812 0000 0030")).json()

    assert sorted(seen) == sorted(ids)
    assert len(seen) == 5
    assert [one["id"] for one in found["data"]] == [ids[3]]


async def test_a_correction_changes_what_is_given(shop: Shop) -> None:
    budi = await shop.budi()

    answer = await shop.ask("PATCH", f"/customers/{budi}", {"name": "Budi Wijaya", "email": ""})

    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["email"], answer.json()["phone"]) == (
        "Budi Wijaya",
        None,
        "0812-****-7890",
    )


async def test_an_address_is_added_checked_and_retired(shop: Shop) -> None:
    budi = await shop.budi()

    wrong = await shop.ask("POST", f"/customers/{budi}/addresses", HOME | {"district": "Menteng"})
    added = await shop.ask("POST", f"/customers/{budi}/addresses", HOME)

    assert wrong.status_code == 422
    assert wrong.json()["fields"] == [
        {
            "field": "district",
            "doubt": "disagrees",
            "suggestion": "Kebayoran Baru",
            "can_insist": False,
            "areas": [{"code": "31.74.07", "name": "Kebayoran Baru"}],
        }
    ]
    assert added.status_code == 201
    [address] = added.json()["addresses"]
    assert (address["line"], address["phone"], address["postcode"]) == (
        "Jalan ***",
        "0812-****-7890",
        "12160",
    )
    path = f"/customers/{budi}/addresses/{address['id']}"
    assert (await shop.ask("DELETE", path)).status_code == 204
    assert (await shop.ask("DELETE", path)).status_code == 404
    assert (await shop.ask("GET", f"/customers/{budi}")).json()["addresses"] == []


async def test_consents_are_kept_and_the_newest_counts(shop: Shop) -> None:
    budi = await shop.budi()
    given = {"purpose": "marketing_whatsapp", "granted": True, "source": "checkout"}
    await shop.ask("POST", f"/customers/{budi}/consents", given)

    answer = await shop.ask(
        "POST", f"/customers/{budi}/consents", given | {"granted": False, "source": "chat"}
    )

    assert answer.status_code == 201
    [consent] = answer.json()["consents"]
    assert (consent["purpose"], consent["granted"], consent["source"]) == (
        "marketing_whatsapp",
        False,
        "chat",
    )


async def test_unmasked_data_is_given_for_a_reason_and_logged(shop: Shop) -> None:
    budi = await shop.budi()
    path = f"/customers/{budi}/personal"

    without = await shop.ask("GET", path, fields=["phone"])
    answer = await shop.ask("GET", path, fields=["phone", "email"], purpose="telepon kurir")

    assert without.status_code == 400
    assert answer.status_code == 200
    assert answer.json() == {
        "name": None,
        "phone": "+6281234567890",
        "email": "budi@gmail.com",
        "note": None,
        "addresses": None,
    }
    [access] = (await shop.ask("GET", f"/customers/{budi}/accesses")).json()["data"]
    assert (access["fields"], access["purpose"]) == (["email", "phone"], "telepon kurir")
    assert access["actor"].startswith("key:")


async def test_duplicates_are_told_and_merged(shop: Shop) -> None:
    budi = await shop.budi()
    twin = (await shop.ask("POST", "/customers", {"name": "B. Santoso", "email": "BUDI@gmail.com"})).json()[
        "id"
    ]

    [suggested] = (await shop.ask("GET", f"/customers/{budi}/duplicates")).json()["data"]
    merged = await shop.ask("POST", f"/customers/{budi}/merge", {"others": [twin]})

    assert (suggested["customer"]["id"], suggested["likeness"]) == (twin, ["same_email"])
    assert merged.status_code == 200
    gone = (await shop.ask("GET", f"/customers/{twin}")).json()
    assert (gone["state"], gone["merged_into"]) == ("merged", budi)


async def test_an_erased_customer_stays_as_a_row_without_a_name(shop: Shop) -> None:
    budi = await shop.budi()

    answer = await shop.ask("POST", f"/customers/{budi}/erase", {"reason": "permintaan pelanggan"})

    assert answer.status_code == 200
    told = answer.json()
    assert (told["name"], told["phone"], told["state"]) == ("Pelanggan terhapus", None, "erased")
    again = await shop.ask("PATCH", f"/customers/{budi}", {"name": "Budi"})
    assert (again.status_code, again.json()["code"]) == (409, "customer_not_active")


async def test_whoever_may_not_see_personal_data_sees_initials(shop: Shop) -> None:
    budi = await shop.budi()
    await shop.may([Permission.CUSTOMERS_READ])

    assert (await shop.ask("GET", f"/customers/{budi}")).json()["name"] == "Budi S."
    assert (await shop.ask("GET", "/customers")).json()["data"][0]["name"] == "Budi S."


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/customers", BUDI),
        ("PATCH", "/customers/{}", {"name": "X"}),
        ("POST", "/customers/{}/addresses", HOME),
        ("POST", "/customers/{}/merge", {"others": ["cus_x"]}),
        ("POST", "/customers/{}/erase", {"reason": "x"}),
        ("GET", "/customers/{}/personal?fields=phone&purpose=x", None),
        ("GET", "/customers/{}/accesses", None),
    ],
)
async def test_reading_is_not_writing(shop: Shop, method: str, path: str, body: Any) -> None:
    budi = await shop.budi()
    await shop.may([Permission.CUSTOMERS_READ])

    answer = await shop.ask(method, path.format(budi), body)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert (await shop.ask("GET", f"/customers/{budi}")).json()["state"] == "active"


@pytest.mark.parametrize("wrong", ["cus_01h455vb4pex5vsknk084sn02q", "cus_", "ord_x", "1", "%00"])
async def test_what_is_no_customer_is_not_found(shop: Shop, wrong: str) -> None:
    assert (await shop.ask("GET", f"/customers/{wrong}")).status_code == 404


async def test_areas_are_found_as_typed_and_level_by_level(shop: Shop) -> None:
    found = (await shop.ask("GET", "/regions", q="kec. kebayoran br", limit=1)).json()["data"]
    provinces = (await shop.ask("GET", "/regions")).json()["data"]
    below = (await shop.ask("GET", "/regions", within="31.74.07")).json()["data"]
    one = (await shop.ask("GET", "/regions/31.74.07.1001")).json()

    assert found == [
        {
            "code": "31.74.07",
            "name": "Kebayoran Baru",
            "level": 3,
            "parent_code": "31.74",
            "line": "Kebayoran Baru, Kota Administrasi Jakarta Selatan, Daerah Khusus Ibukota Jakarta",
        }
    ]
    assert len(provinces) == 38
    assert "Melawai" in [area["name"] for area in below]
    assert one["name"] == "Melawai"
    assert (await shop.ask("GET", "/regions/99")).status_code == 404


async def test_nobody_sees_the_customers_of_another_shop(shop: Shop) -> None:
    budi = await shop.budi()
    other = await shop.floor.db.run(
        Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="lain", name="Lain", now=shop.now)
    )
    _, shop.secret = await shop.floor.db.run(
        Caller(other.shop_id, "staff:test"),
        lambda tx: make_key(tx, name="lain", permissions=list(CARE), now=shop.now),
    )

    assert (await shop.ask("GET", f"/customers/{budi}")).status_code == 404
    assert (await shop.ask("GET", "/customers", q="081234567890")).json()["data"] == []
    assert (await shop.ask("PATCH", f"/customers/{budi}", {"name": "X"})).status_code == 404


async def test_characters_no_column_can_hold_are_no_fault(shop: Shop) -> None:
    odd = "a\x00b\u0007\u202ec"
    made = await shop.ask(
        "POST", "/customers", BUDI | {"name": odd, "customer_group": odd, "external_id": odd}
    )

    assert made.status_code == 201
    budi = made.json()["id"]
    assert made.json()["customer_group"] == "a b c"
    consent = {"purpose": "profiling", "granted": True, "source": odd}
    assert (await shop.ask("POST", f"/customers/{budi}/consents", consent)).status_code == 201
    address = await shop.ask("POST", f"/customers/{budi}/addresses", HOME | {"label": odd})
    assert address.json()["addresses"][0]["label"] == "a b c"
    unknown = await shop.ask("POST", f"/customers/{budi}/addresses", HOME | {"village_code": "31\x00"})
    assert unknown.status_code == 422
    seen = await shop.ask("GET", f"/customers/{budi}/personal", fields=["name"], purpose=odd)
    assert seen.json()["name"] == "a b c"
    assert (await shop.ask("GET", "/customers", group=odd)).json()["data"][0]["id"] == budi
    assert (await shop.ask("GET", "/regions", q=odd, within=odd)).status_code == 200
