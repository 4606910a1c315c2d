"""Managing people, keys and settings over HTTP: what changes, what is traced, what is refused."""

import re

import pytest

from access.conftest import Hire, House, send, settings_on, sign_in
from conftest import ShopFloor
from orderan.access import Permission, Principal, list_keys, list_staff, make_key, revoke_key
from orderan.app import build
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.shops import ChannelKind, add_channel, list_channels, shop_by_id
from orderan.web.principal import KeyMemory

pytestmark = pytest.mark.anyio

PAGES = (
    "/",
    "/account",
    "/settings",
    "/settings/channels",
    "/settings/taxes",
    "/settings/shipping",
    "/settings/users",
    "/settings/users/new",
    "/settings/keys",
    "/settings/keys/new",
    "/settings/audit",
)


async def test_every_page_of_an_owner_opens(house: House, hire: Hire) -> None:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        answers = {address: (await browser.get(address)).status_code for address in PAGES}
    assert answers == dict.fromkeys(PAGES, 200)


async def test_a_new_colleague_can_sign_in_with_the_password_shown(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        answer = await send(
            browser,
            "/settings/users",
            {"email": "Dewi@Toko.test ", "name": "Dewi", "role": "warehouse"},
            page="/settings/users/new",
        )
    assert answer.status_code == 200
    [password] = re.findall(r'data-copy="([^"]+)"', answer.text)
    async with house.browser() as browser:
        assert (await sign_in(browser, "dewi@toko.test", password)).status_code == 303
        assert (await browser.get("/settings/users")).status_code == 403
    rows = await floor.all(
        "SELECT after FROM audit_entry WHERE action = 'staff.add' AND actor LIKE %(who)s", who="staff:%"
    )
    assert [row.after["roles"] for row in rows if row.after["roles"] == ["warehouse"]] == [["warehouse"]]


async def test_what_is_wrong_in_a_form_is_told_beside_what_was_typed(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        answer = await send(
            browser, "/settings/users", {"email": "bukan email", "name": "Dewi", "role": "care"}, page="/"
        )
    assert answer.status_code == 422
    assert 'value="bukan email"' in answer.text
    assert "bukan alamat email" in answer.text
    assert len(await floor.run(list_staff)) == 1


async def test_a_changed_role_counts_at_once_and_ends_their_sessions(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    care = await hire("rina@toko.test", "care")
    async with house.browser() as owner, house.browser() as rina:
        await sign_in(owner)
        await sign_in(rina, "rina@toko.test")
        address = f"/settings/users/{to_text('stf', care.id)}"
        changed = await send(
            owner, address, {"name": "Rina", "role": ["finance", "viewer"]}, page="/settings/users"
        )
        assert changed.status_code == 303
        assert (await rina.get("/account")).status_code == 303
    [row] = await floor.all("SELECT roles FROM staff WHERE email = 'rina@toko.test'")
    assert row.roles == ["finance", "viewer"]
    [trace] = await floor.all("SELECT before, after FROM audit_entry WHERE action = 'staff.change'")
    assert (trace.before["roles"], trace.after["roles"]) == (["care"], ["finance", "viewer"])


async def test_changing_ones_own_rights_gives_the_session_a_new_token(house: House, hire: Hire) -> None:
    own = await hire()
    await hire("kedua@toko.test")
    async with house.browser() as browser:
        await sign_in(browser)
        old = browser.cookies["orderan_session"]
        address = f"/settings/users/{to_text('stf', own.id)}"
        answer = await send(browser, address, {"name": "Ani", "role": ["owner", "finance"]}, page="/account")
        assert answer.status_code == 303
        assert browser.cookies["orderan_session"] != old
        assert (await browser.get("/account")).status_code == 200
    async with house.browser() as thief:
        thief.cookies.set("orderan_session", old)
        assert (await thief.get("/account")).status_code == 303


async def test_the_last_owner_cannot_be_shut_out(floor: ShopFloor, house: House, hire: Hire) -> None:
    own = await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        address = f"/settings/users/{to_text('stf', own.id)}"
        refused = await send(browser, f"{address}/state", {"state": "disabled"}, page="/account")
        assert refused.status_code == 422
        assert "pemilik terakhir" in refused.text
        demoted = await send(browser, address, {"name": "Ani", "role": "viewer"}, page="/account")
        assert demoted.status_code == 422
    [row] = await floor.all("SELECT roles, state FROM staff")
    assert (row.roles, row.state) == (["owner"], "active")


async def test_a_key_is_shown_once_works_and_is_refused_once_revoked(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        made = await send(
            browser, "/settings/keys", {"name": "Situs", "permission": "orders.read"}, page="/account"
        )
        [secret] = re.findall(r"Bearer (ordk_[\w-]+)", made.text)
        assert secret not in (await browser.get("/settings/keys")).text
        bearer = {"authorization": f"Bearer {secret}"}
        assert (await browser.get("/api/v1/events", headers=bearer)).status_code == 403
        [key] = await floor.run(list_keys)
        assert key.last_used_at == house.clock.at
        revoked = await send(browser, f"/settings/keys/{to_text('key', key.id)}/revoke", {})
        assert revoked.status_code == 303
        assert (await browser.get("/api/v1/events", headers=bearer)).status_code == 401
    [row] = await floor.all("SELECT secret_hash, revoked_at FROM api_key")
    assert row.revoked_at == house.clock.at
    assert secret.encode() not in row.secret_hash


async def test_nobody_gives_a_key_more_than_they_have(floor: ShopFloor, house: House, hire: Hire) -> None:
    web = await floor.run(
        lambda tx: add_channel(tx, code="web", name="Web", kind=ChannelKind.WEB, now=house.clock.at)
    )
    await hire("cabang@toko.test", "owner", channel_ids=frozenset({web.id}))
    fields = {"name": "Situs", "permission": str(Permission.ORDERS_READ)}
    async with house.browser() as browser:
        await sign_in(browser, "cabang@toko.test")
        wider = await send(browser, "/settings/keys", fields, page="/account")
        assert wider.status_code == 403
        inside = await send(
            browser, "/settings/keys", {**fields, "channel_scope": "some", "channel": str(web.id)}
        )
        assert inside.status_code == 200
    assert [key.channel_ids for key in await floor.run(list_keys)] == [frozenset({web.id})]


@pytest.mark.parametrize("tax_number", ["01.300.000.0-000.001", "123", "013000000000000A"])
async def test_a_mistyped_npwp_is_refused_and_nothing_changes(
    floor: ShopFloor, house: House, hire: Hire, tax_number: str
) -> None:
    await hire()
    before = await floor.run(lambda tx: shop_by_id(tx, tx.shop_id))
    async with house.browser() as browser:
        await sign_in(browser)
        answer = await send(browser, "/settings", _shop(tax_number=tax_number), page="/settings")
    assert answer.status_code == 422
    assert await floor.run(lambda tx: shop_by_id(tx, tx.shop_id)) == before


async def test_changed_settings_leave_only_what_changed_in_the_trail(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        fields = _shop(name="Kopi Kita", tax_number="01.312.166.0-091.000", complete_after_days="14")
        assert (await send(browser, "/settings", fields, page="/settings")).status_code == 303
        trail = await browser.get("/settings/audit")
        assert "<del>7</del>" in trail.text
        assert "<ins>14</ins>" in trail.text
    [row] = await floor.all("SELECT before, after FROM audit_entry WHERE action = 'shop.change'")
    assert row.after == {
        "name": "Kopi Kita",
        "legal_name": "PT Kopi",
        "tax_number": "013121660091000",
        "complete_after_days": 14,
    }
    assert row.before.keys() == row.after.keys()


async def test_a_tax_of_twelve_percent_on_eleven_twelfths_reads_as_eleven(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        fields = {"tax_class": "ppn", "rate": "12", "base": "other", "valid_from": "2025-01-01"}
        assert (await send(browser, "/settings/taxes", fields, page="/settings")).status_code == 303
        page = await browser.get("/settings/taxes")
        assert "11 %" in page.text
        wrong = await send(browser, "/settings/taxes", fields | {"rate": "120"}, page="/settings")
        assert wrong.status_code == 422
    [row] = await floor.all("SELECT rate_bp, base_numerator, base_denominator FROM tax_rate")
    assert tuple(row) == (1200, 11, 12)


async def test_zones_and_fees_are_kept_and_an_area_has_one_zone(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        zone = {"name": "Jawa", "code": "jawa", "areas": "31, 32.75 bukan-kode"}
        refused = await send(browser, "/settings/shipping", zone, page="/settings")
        assert refused.status_code == 422
        assert "“bukan-kode” bukan kode wilayah." in refused.text
        assert await floor.value("SELECT count(*) FROM shipping_zone") == 0
        zone["areas"] = "31, 32.75"
        assert (await send(browser, "/settings/shipping", zone, page="/settings")).status_code == 303
        taken = await send(browser, "/settings/shipping", {"name": "B", "code": "b", "areas": "31"})
        assert taken.status_code == 422
        assert "zona lain: 31" in taken.text
        zone_id = to_text("zon", await floor.value("SELECT id FROM shipping_zone"))
        fee = {"service": "reguler", "first_kg": "Rp18.000", "next_kg": "9000"}
        assert (await send(browser, f"/settings/shipping/{zone_id}/fees", fee)).status_code == 303
        assert "Rp18.000" in (await browser.get("/settings/shipping")).text
    assert [
        row.region_code for row in await floor.all("SELECT region_code FROM shipping_zone_area ORDER BY 1")
    ] == ["31", "32.75"]
    [row] = await floor.all("SELECT service, first_kg_minor, next_kg_minor FROM shipping_fee")
    assert tuple(row) == ("reguler", 18_000, 9_000)


async def test_a_channel_is_changed_and_its_code_stays_unique(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        fields = {"name": "Situs", "code": "web", "kind": "web", "hold": "60"}
        assert (await send(browser, "/settings/channels", fields, page="/settings")).status_code == 303
        assert (await send(browser, "/settings/channels", fields)).status_code == 422
        [channel] = await floor.run(list_channels)
        address = f"/settings/channels/{to_text('chn', channel.id)}"
        assert (await send(browser, address, {"name": "Web", "hold": "0"})).status_code == 422
        assert (await send(browser, address, {"name": "Web", "hold": "90"})).status_code == 303
    [channel] = await floor.run(list_channels)
    assert (channel.name, channel.payment_hold_minutes, channel.active) == ("Web", 90, False)


def _shop(**changed: str) -> dict[str, str]:
    return {
        "name": "Toko Uji",
        "legal_name": "PT Kopi",
        "tax_number": "",
        "time_zone": "Asia/Jakarta",
        "locale": "id",
        "prices_include_tax": "yes",
        "complete_after_days": "7",
    } | changed


async def test_a_key_changes_nothing_once_its_revocation_was_answered_by_whatever_process(
    floor: ShopFloor, house: House, keyring: Keyring, database_url: str
) -> None:
    key, secret = await floor.run(
        lambda tx: make_key(tx, name="Situs", permissions=[Permission.CUSTOMERS_WRITE], now=house.clock.at)
    )
    headers = {"authorization": f"Bearer {secret}"}
    another = build(settings_on(database_url), keyring, house.clock)
    async with another.lifespan(), House(another, house.clock).browser(**headers) as program:

        async def register(phone: str) -> int:
            body = {"name": "Ani", "phone": phone}
            return (
                await program.post("/api/v1/customers", json=body, headers={"idempotency-key": phone})
            ).status_code

        assert await register("081234567890") == 201
        # This process remembers the key; it is revoked in the other one.
        await floor.run(lambda tx: revoke_key(tx, key, now=house.clock.at))
        assert await register("081234567891") == 401
    assert await floor.value("SELECT count(*) FROM customer") == 1


async def test_a_key_revoked_while_a_body_was_on_its_way_changes_nothing(
    floor: ShopFloor, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, secret = await floor.run(
        lambda tx: make_key(tx, name="Situs", permissions=list(Permission), now=house.clock.at)
    )
    remembered = KeyMemory.principal

    async def revoked_after_the_look(self: KeyMemory, given: str, *, anew: bool = False) -> Principal | None:
        found = await remembered(self, given, anew=anew)
        await floor.run(lambda tx: revoke_key(tx, key, now=house.clock.at))
        return found

    monkeypatch.setattr(KeyMemory, "principal", revoked_after_the_look)
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": "k"}
    async with house.browser(**headers) as program:
        body = {"name": "Ani", "phone": "081234567890"}
        assert (await program.post("/api/v1/customers", json=body)).status_code == 401
    assert await floor.value("SELECT count(*) FROM customer") == 0
