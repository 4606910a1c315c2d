"""Signing in and out over HTTP: what works, what is refused, and what is left behind."""

from datetime import timedelta

import pyotp
import pytest

from access.conftest import PASSWORD, Hire, House, send, settings_on, sign_in
from conftest import ShopFloor
from orderan.access import add_staff, begin_onetime_codes, change_staff, confirm_onetime_codes
from orderan.access.models import StaffState
from orderan.app import build
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Tx
from orderan.shops import Shop, open_shop

pytestmark = pytest.mark.anyio


async def test_the_right_password_opens_a_session_that_opens_pages(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    staff = await hire()
    async with house.browser() as browser:
        answer = await sign_in(browser, next="/account")
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("orderan_session"))
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        page = await browser.get("/account")
        assert page.status_code == 200
    [row] = await floor.all("SELECT staff_id, address FROM staff_session WHERE shop_id = %(shop)s")
    assert row.staff_id == staff.id


@pytest.mark.parametrize(
    ("email", "password"), [("pemilik@toko.test", "salah sekali"), ("tidak@ada.test", PASSWORD), ("", "")]
)
async def test_a_wrong_address_and_a_wrong_password_get_one_answer(
    floor: ShopFloor, house: House, hire: Hire, email: str, password: str
) -> None:
    await hire()
    async with house.browser() as browser:
        answer = await sign_in(browser, email, password)
    assert answer.status_code == 422
    assert "Email atau kata sandi tidak cocok." in answer.text
    assert await floor.value("SELECT count(*) FROM staff_session") == 0


async def test_a_session_token_brought_along_is_not_the_one_that_is_signed_in(
    house: House, hire: Hire
) -> None:
    await hire()
    async with house.browser() as browser:
        browser.cookies.set("orderan_session", "1.planted-by-somebody-else")
        answer = await sign_in(browser)
        assert answer.status_code == 303
        token = answer.cookies["orderan_session"]
        assert token != "1.planted-by-somebody-else"
    async with house.browser() as other:
        other.cookies.set("orderan_session", "1.planted-by-somebody-else")
        assert (await other.get("/account")).status_code == 303


async def test_signing_out_ends_the_session_in_the_database_too(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    async with house.browser() as browser:
        answer = await sign_in(browser)
        token = answer.cookies["orderan_session"]
        await browser.get("/account")
        gone = await send(browser, "/logout", {})
        assert gone.headers["location"] == "/login"
        browser.cookies.set("orderan_session", token)
        assert (await browser.get("/account")).status_code == 303
    assert await floor.value("SELECT count(*) FROM staff_session") == 0


async def test_a_session_ends_when_idle_and_at_its_limit(house: House, hire: Hire) -> None:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        house.clock.at += timedelta(hours=11)
        assert (await browser.get("/account")).status_code == 200
        house.clock.at += timedelta(hours=11)
        assert (await browser.get("/account")).status_code == 200
        house.clock.at += timedelta(hours=12, seconds=1)
        assert (await browser.get("/account")).status_code == 303
    async with house.browser() as browser:
        await sign_in(browser)
        for _ in range(15):
            house.clock.at += timedelta(hours=11)
            assert (await browser.get("/account")).status_code == 200
        house.clock.at += timedelta(hours=3)
        assert (await browser.get("/account")).status_code == 303


async def test_a_form_without_its_token_does_nothing(floor: ShopFloor, house: House, hire: Hire) -> None:
    await hire()
    async with house.browser() as browser:
        answer = await browser.post("/login", data={"email": "pemilik@toko.test", "password": PASSWORD})
    assert answer.status_code == 403
    assert await floor.value("SELECT count(*) FROM staff_session") == 0


@pytest.mark.parametrize(
    "address", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)"]
)
async def test_nobody_is_sent_to_another_host_after_signing_in(
    house: House, hire: Hire, address: str
) -> None:
    await hire()
    async with house.browser() as browser:
        answer = await sign_in(browser, next=address)
    assert answer.headers["location"] == "/"


async def test_guessing_stops_after_eight_and_the_right_password_waits_too(house: House, hire: Hire) -> None:
    await hire()
    async with house.browser() as browser:
        for _ in range(8):
            assert (await sign_in(browser, password="salah sekali")).status_code == 422
        refused = await sign_in(browser)
        assert refused.status_code == 429
        wait_s = int(refused.headers["retry-after"])
        house.clock.at += timedelta(seconds=wait_s - 1)
        assert (await sign_in(browser)).status_code == 429
        house.clock.at += timedelta(seconds=1)
        assert (await sign_in(browser)).status_code == 303


async def test_the_count_survives_a_restart(
    house: House, hire: Hire, database_url: str, keyring: Keyring
) -> None:

    await hire()
    async with house.browser() as browser:
        for _ in range(8):
            await sign_in(browser, password="salah sekali")
    app = build(settings_on(database_url), keyring, house.clock)
    async with app.lifespan(), House(app, house.clock).browser() as browser:
        assert (await sign_in(browser)).status_code == 429


async def test_a_known_browser_gets_in_while_strangers_guess(house: House, hire: Hire) -> None:
    await hire()
    async with house.browser() as own:
        assert (await sign_in(own)).status_code == 303
        async with house.browser() as stranger:
            for _ in range(8):
                await sign_in(stranger, password="salah sekali")
            assert (await sign_in(stranger)).status_code == 429
        await own.get("/account")
        await send(own, "/logout", {})
        assert (await sign_in(own)).status_code == 303


async def test_a_disabled_person_is_out_at_once_and_cannot_come_back(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    care = await hire("rina@toko.test", "care")
    async with house.browser() as browser:
        await sign_in(browser, "rina@toko.test")

        async def disable(tx: Tx) -> None:
            await change_staff(tx, care.id, giver=None, state=StaffState.DISABLED, now=house.clock.now())

        await floor.run(disable)
        assert (await browser.get("/account")).status_code == 303
        assert (await sign_in(browser, "rina@toko.test")).status_code == 422


async def test_a_code_is_asked_for_and_is_good_once(
    floor: ShopFloor, house: House, hire: Hire, keyring: Keyring
) -> None:
    staff = await hire()
    secret = await floor.run(lambda tx: begin_onetime_codes(tx, staff.id, keyring=keyring))
    app = pyotp.TOTP(secret)
    first = app.at(house.clock.at)
    recovery = await floor.run(
        lambda tx: confirm_onetime_codes(tx, staff.id, first, keyring=keyring, now=house.clock.at)
    )
    assert len(set(recovery)) == 10
    async with house.browser() as browser:
        assert (await sign_in(browser)).headers["location"].startswith("/login/code")
        assert "orderan_session" not in browser.cookies
        assert (await send(browser, "/login/code", {"code": first})).status_code == 422
        assert (await send(browser, "/login/code", {"code": "000000"})).status_code == 422
        house.clock.at += timedelta(seconds=30)
        code = app.at(house.clock.at)
        assert (await send(browser, "/login/code", {"code": code})).status_code == 303
    async with house.browser() as browser:
        await sign_in(browser)
        assert (await send(browser, "/login/code", {"code": code})).status_code == 422
        assert (await send(browser, "/login/code", {"code": recovery[0].upper()})).status_code == 303
    async with house.browser() as browser:
        await sign_in(browser)
        assert (await send(browser, "/login/code", {"code": recovery[0]})).status_code == 422
    assert await floor.value("SELECT cardinality(recovery_hashes) FROM staff") == 9
    assert secret.encode() not in await floor.value("SELECT totp_secret FROM staff")


async def with_codes(floor: ShopFloor, house: House, hire: Hire, keyring: Keyring) -> pyotp.TOTP:
    """The owner, who is asked for codes; what makes them."""
    staff = await hire()
    secret = await floor.run(lambda tx: begin_onetime_codes(tx, staff.id, keyring=keyring))
    app = pyotp.TOTP(secret)
    await floor.run(
        lambda tx: confirm_onetime_codes(
            tx, staff.id, app.at(house.clock.at), keyring=keyring, now=house.clock.at
        )
    )
    house.clock.at += timedelta(seconds=30)
    return app


async def test_codes_are_guessed_a_few_times_and_then_not_compared(
    floor: ShopFloor, house: House, hire: Hire, keyring: Keyring
) -> None:
    app = await with_codes(floor, house, hire, keyring)
    async with house.browser() as browser:
        await sign_in(browser)
        for _ in range(8):
            assert (await send(browser, "/login/code", {"code": "000000"})).status_code == 422
        refused = await send(browser, "/login/code", {"code": app.at(house.clock.at)})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


async def test_codes_are_counted_where_they_are_switched_off_too(
    floor: ShopFloor, house: House, hire: Hire, keyring: Keyring
) -> None:
    app = await with_codes(floor, house, hire, keyring)
    async with house.browser() as browser:
        await sign_in(browser)
        await send(browser, "/login/code", {"code": app.at(house.clock.at)})
        house.clock.at += timedelta(seconds=30)
        await browser.get("/account")
        wrong = {"off_password": PASSWORD, "off_code": "000000"}
        for _ in range(8):
            assert "Kode" in (await send(browser, "/account/codes/off", wrong)).text
        right = {"off_password": PASSWORD, "off_code": app.at(house.clock.at)}
        refused = await send(browser, "/account/codes/off", right)
    assert refused.status_code == 422
    assert "Terlalu banyak" in refused.text
    assert await floor.value("SELECT totp_confirmed_at IS NOT NULL FROM staff")


async def test_a_step_without_the_password_before_it_is_refused(house: House, hire: Hire) -> None:
    await hire()
    async with house.browser() as browser:
        assert (await send(browser, "/login/code", {"code": "123456"})).status_code == 422
        assert (await send(browser, "/login/shop", {"shop": "1"})).status_code == 422
        browser.cookies.set("orderan_login", "eyJ3aG8iOltdfQ.AAAA", path="/login")
        assert (await send(browser, "/login/shop", {"shop": "1"})).status_code == 422


async def test_one_address_in_two_shops_chooses_after_the_password(
    floor: ShopFloor, house: House, hire: Hire, keyring: Keyring, password_hash: str
) -> None:
    await hire()

    async def second(tx: Tx) -> Shop:
        return await open_shop(tx, code="kedua", name="Toko Kedua", now=house.clock.at)

    shop = await floor.db.run(Caller(ALL_SHOPS, "system:test"), second)
    await floor.db.run(
        Caller(shop.shop_id, "system:test"),
        lambda tx: add_staff(
            tx,
            email="pemilik@toko.test",
            name="Pemilik",
            roles=("viewer",),
            password_hash=password_hash,
            keyring=keyring,
            now=house.clock.at,
        ),
    )
    async with house.browser() as browser:
        assert (await sign_in(browser)).headers["location"].startswith("/login/shop")
        assert "Toko Kedua" in (await browser.get("/login/shop")).text
        assert (await send(browser, "/login/shop", {"shop": "99"})).status_code == 422
        answer = await send(browser, "/login/shop", {"shop": str(shop.shop_id)})
        assert answer.cookies["orderan_session"].startswith(f"{shop.shop_id}.")


async def test_the_table_of_attempts_holds_no_address_of_a_person(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser, password="salah sekali")
    buckets = [row.bucket for row in await floor.all("SELECT bucket FROM throttle")]
    assert len(buckets) == 3
    assert not [bucket for bucket in buckets if "pemilik" in bucket or "@" in bucket]
