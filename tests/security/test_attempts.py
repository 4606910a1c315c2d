"""What people try: other shops' ids, markup and SQL where text goes, forms from elsewhere."""

from html import unescape

import pytest
from argon2 import Type

from access.conftest import PASSWORD, Hire, House, send, sign_in
from conftest import SLOW_HASHER, ShopFloor
from orderan.access import Permission, add_staff, fits, hashed, make_key
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Tx
from orderan.kit.ids import new_id, to_text
from orderan.pricing import put_zone
from orderan.shops import ChannelKind, add_channel, open_shop

pytestmark = pytest.mark.anyio

SQL = "x'; DROP TABLE staff; --"
MARKUP = '"><script>alert(1)</script>{{ 7919*7907 }}{% raw %}${7919*7907}'
WORKED_OUT = str(7919 * 7907)
"""Stands nowhere by chance: whoever shows it has run what was typed."""


async def _another_shop(
    floor: ShopFloor, house: House, keyring: Keyring, password_hash: str
) -> dict[str, str]:
    """A second shop with one of everything that has an address; addresses to post to."""
    at = house.clock.at
    shop = await floor.db.run(
        Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="lain", name="Lain", now=at)
    )

    async def furnish(tx: Tx) -> dict[str, str]:
        staff = await add_staff(
            tx,
            email="orang@lain.test",
            name="Lain",
            roles=("owner",),
            password_hash=password_hash,
            keyring=keyring,
            now=at,
        )
        channel = await add_channel(tx, code="web", name="Web", kind=ChannelKind.WEB, now=at)
        key_id, _ = await make_key(tx, name="lain", permissions=[Permission.ORDERS_READ], now=at)
        zone = await put_zone(tx, None, code="z", name="Z", areas=["31"], now=at)
        user = f"/settings/users/{to_text('stf', staff.id)}"
        return {
            user: "stf",
            f"{user}/state": "stf",
            f"{user}/password": "stf",
            f"/settings/channels/{to_text('chn', channel.id)}": "chn",
            f"/settings/keys/{to_text('key', key_id)}/revoke": "key",
            f"/settings/shipping/{to_text('zon', zone)}/fees": "zon",
        }

    made: dict[str, str] = await floor.db.run(Caller(shop.shop_id, "system:test"), furnish)
    return made


FIELDS = {
    "name": "Diubah",
    "role": "viewer",
    "state": "disabled",
    "hold": "5",
    "service": "reguler",
    "first_kg": "1",
    "next_kg": "1",
}


async def test_ids_of_another_shop_are_as_unknown_as_ids_of_nothing(
    floor: ShopFloor, house: House, hire: Hire, keyring: Keyring, password_hash: str
) -> None:
    await hire()
    addresses = await _another_shop(floor, house, keyring, password_hash)
    everything = "SELECT (SELECT json_agg(t)::text FROM {} AS t WHERE shop_id <> %(shop)s)"
    async with house.browser() as owner:
        await sign_in(owner)
        await owner.get("/account")

        async def theirs() -> list[str]:
            async def read(tx: Tx) -> list[str]:
                return [
                    str(await tx.value(everything.format(table), {"shop": floor.shop.shop_id}))
                    for table in ("staff", "channel", "api_key", "shipping_fee")
                ]

            return await floor.db.run(Caller(ALL_SHOPS, "system:test"), read)

        before = await theirs()
        for address, prefix in addresses.items():
            theirs_id = next(part for part in address.split("/") if part.startswith(f"{prefix}_"))
            nobodys = address.replace(theirs_id, to_text(prefix, new_id()))
            real, none = await send(owner, address, FIELDS), await send(owner, nobodys, FIELDS)
            assert (real.status_code, none.status_code) == (404, 404), address
            assert _plain(real.text, theirs_id) == _plain(none.text, theirs_id), address
        assert await theirs() == before


def _plain(text: str, _id: str) -> str:
    """A page without its request id, its form token and its own address."""
    own = ("data-original", "csrf", 'name="back"')
    return "\n".join(line for line in text.splitlines() if not any(mark in line for mark in own))


@pytest.mark.parametrize("typed", [SQL, MARKUP])
async def test_text_stays_text_wherever_it_is_typed(
    floor: ShopFloor, house: House, hire: Hire, typed: str
) -> None:
    await hire()
    async with house.browser() as owner:
        await sign_in(owner)
        await owner.get("/account")
        shop = {"name": typed, "legal_name": typed, "time_zone": "Asia/Jakarta", "complete_after_days": "7"}
        assert (await send(owner, "/settings", shop)).status_code == 303
        channel = {"name": typed, "code": "a", "kind": "web", "hold": "5"}
        assert (await send(owner, "/settings/channels", channel)).status_code == 303
        person = {"email": "a@b.test", "name": typed, "role": "viewer"}
        assert (await send(owner, "/settings/users", person)).status_code == 200
        assert (
            await send(owner, "/settings/keys", {"name": typed, "permission": "orders.read"})
        ).status_code == 200
        for address in (
            "/",
            "/settings",
            "/settings/channels",
            "/settings/users",
            "/settings/keys",
            "/settings/audit",
        ):
            page = await owner.get(address)
            assert page.status_code == 200, address
            assert "<script>alert" not in page.text, address
            assert WORKED_OUT not in page.text, address
            # The shop's name stands on every page, letter by letter as it was typed.
            assert typed in unescape(page.text), address
        for address in (
            "/settings/audit?who=",
            "/settings/audit?what=",
            "/settings/audit?thing=",
            "/search?q=",
        ):
            answer = await owner.get(address + typed.replace("&", "").replace("%", "%25").replace("#", ""))
            assert answer.status_code in {200, 303}, address
            assert "<script>alert" not in answer.text, address
            assert WORKED_OUT not in answer.text, address
    assert await floor.value("SELECT count(*) FROM staff") == 2


async def test_a_cookie_of_another_token_does_not_make_a_form_good(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    async with house.browser() as owner:
        await sign_in(owner)
        await owner.get("/account")
        for token in ("", "x" * 64, owner.cookies["orderan_csrf"][::-1]):
            answer = await owner.post(
                "/settings/channels",
                data={"name": "A", "code": "a", "kind": "web", "hold": "5", "_csrf_token": token},
            )
            assert answer.status_code == 403
    assert await floor.value("SELECT count(*) FROM channel") == 0


async def test_every_answer_carries_the_headers_that_keep_browsers_in_bounds(
    house: House, hire: Hire
) -> None:
    await hire()
    async with house.browser() as person:
        await sign_in(person)
        for address in (
            "/",
            "/login",
            "/track",
            "/tidak-ada",
            "/api/v1/events",
            "/api/docs",
            "/account/codes.svg",
        ):
            answer = await person.get(address)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy, address
            assert "unsafe" not in policy, address
            assert "frame-ancestors 'none'" in policy, address
            assert answer.headers["x-content-type-options"] == "nosniff", address
            assert answer.headers["referrer-policy"] == "same-origin", address


async def test_passwords_are_hashed_as_rfc_9106_has_it_and_tests_that_hash_faster_meet_the_same_doors() -> (
    None
):
    assert (SLOW_HASHER.type, SLOW_HASHER.time_cost, SLOW_HASHER.memory_cost) == (Type.ID, 3, 64 * 1024)
    slowly, quickly = SLOW_HASHER.hash(PASSWORD), await hashed(PASSWORD)
    assert [await fits(one, PASSWORD) for one in (slowly, quickly)] == [True, True]
    assert [await fits(one, PASSWORD + "x") for one in (slowly, quickly)] == [False, False]


async def test_a_password_is_nowhere_but_in_its_hash(floor: ShopFloor, house: House, hire: Hire) -> None:
    await hire()
    async with house.browser() as person:
        await sign_in(person)
    kept = await floor.value("SELECT password_hash FROM staff")
    assert kept.startswith("$argon2id$")
    traces = await floor.all("SELECT row_to_json(entry)::text FROM audit_entry AS entry")
    sessions = await floor.all("SELECT row_to_json(open)::text FROM staff_session AS open")
    assert not [row for row in traces + sessions if PASSWORD in row[0] or "pemilik@toko.test" in row[0]]
